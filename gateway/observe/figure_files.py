"""The files that several processes keep their figures in, for whichever of them is asked.

They belong to a place and not to a process. Whoever takes the place of one that died goes on where it stopped: no count ever goes
back, and there are never more files. Their names and their contents are prometheus_client's. A kill amid a write spoils neither: a
value is one aligned word, and an entry is none until the length at the head of the file says so.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""In which environment variable the library looks for the directory."""

# Room is taken beforehand: a disk that fills up would end a process that writes into a hole of its file.
_LASTING = {"counter": 256 << 10, "histogram": 1 << 20}
_OF_THE_LIVING = {"gauge_livesum": 64 << 10, "gauge_livemax": 64 << 10}


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """Those of one place."""

    directory: Path
    place: int

    def renew(self) -> None:
        """When nobody has the place: counts stay, gauges go with whoever they were about."""
        for kind, size in _LASTING.items():
            if not self._path(kind).exists():
                self._make(self._path(kind), size)
        for kind, size in _OF_THE_LIVING.items():
            self._make(self._path(kind), size)

    def lasting(self) -> Iterator[Path]:
        return map(self._path, _LASTING)

    def _path(self, kind: str) -> Path:
        return self.directory / f"{kind}_{self.place}.db"

    def _make(self, path: Path, size: int) -> None:
        """It appears at its full size: one that a scrape finds empty is broken to the library."""
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        fresh.rename(path)
