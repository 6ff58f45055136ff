"""Settings files, and what a load of bad settings tells."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.config.problems import BrokenSettings


def write(path: Path, text: str, *, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def problems(
    *, flags: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None, file: Path | None = None
) -> list[str]:
    """The sentences that this load raises; nothing comes from the process environment."""
    with pytest.raises(BrokenSettings) as caught:
        load(flags=flags or {}, environ=environ or {}, file=file)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]
