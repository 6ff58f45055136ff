"""Telling whoever waits for it that the service is there."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.embedded.secret_file import write_private

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the service answers; also what the ready file holds."""

    endpoint: str = ""
    ops: str

    def announce(self, file: Path | None) -> None:
        if file:
            write_private(file, json.dumps(asdict(self)))
        _log.info("ready", extra={name: url for name, url in asdict(self).items() if url})
