"""What a server writes while it runs."""

import re
from pathlib import Path
from typing import IO

_ENOUGH = 1 << 20
_TAIL = 1 << 14
_FAILURE = re.compile(r"(?:FATAL|PANIC|ERROR|error): +(.+)")


class ServerLog:
    """A server's log file. A long one is set aside at the next start, so that two are kept at most."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin = 0

    def open(self) -> IO[bytes]:
        """The file for one run's output."""
        if self.path.exists() and self.path.stat().st_size > _ENOUGH:
            self.path.rename(self.path.with_suffix(".log.1"))
        file = self.path.open("ab")
        self._begin = file.tell()
        return file

    def last_word(self) -> str:
        """Why the latest run ended: its last failure, or else its last line."""
        with self.path.open("rb") as file:
            file.seek(max(self._begin, self.path.stat().st_size - _TAIL))
            lines = file.read().decode("utf-8", "replace").split("\n")
        failures = [found[1] for line in lines if (found := _FAILURE.search(line))]
        spoken = [line.strip() for line in lines if line.strip()]
        return (failures or spoken or ["it said nothing"])[-1]
