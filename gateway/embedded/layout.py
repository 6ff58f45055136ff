"""Where everything lies in the data directory."""

import os
import re
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gateway.embedded.problems import StartupProblem

_LONGEST_SOCKET_PATH = 107
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
_PLAIN = re.compile(r"[\w./ +~-]+")  # PostgreSQL and its drivers take a comma for the end of a name
_SHORT_PARENTS = (Path("/run"), Path("/tmp"))  # noqa: S108 - `_make_private` refuses what somebody else put there


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The directory that holds a trial installation; all of it is private to its owner."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).absolute())

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def programs(self) -> Path:
        """Copies of programs, made only where the originals are out of a server's reach."""
        return self.root / "programs"

    @property
    def run(self) -> Path:
        """Where the sockets are: the same place at every start, with a path short and plain enough for a socket."""
        run = self.root / "run"
        if len(os.fsencode(run / _LONGEST_SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and _PLAIN.fullmatch(str(run)):
            return run
        name = f"seawall-{sha256(os.fsencode(self.root)).hexdigest()[:16]}"
        parent = next((parent for parent in _SHORT_PARENTS if os.access(parent, os.W_OK)), _SHORT_PARENTS[-1])
        return parent / name

    def make(self) -> None:
        """Create what is missing of the directories that the servers share."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for directory in (self.secrets, self.logs, self.locks, self.run):
                _make_private(directory)
        except OSError as error:
            raise StartupProblem(f"{self.root} cannot hold data ({error.strerror}): choose another data directory.") from error

    def remove_short_run(self) -> None:
        """Leave nothing in the system's directories once the sockets are gone."""
        if self.run.parent != self.root and self.run.is_dir():
            for leftover in self.run.iterdir():
                leftover.unlink()
            self.run.rmdir()


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StartupProblem(
            f"{directory} is not a directory of uid {os.geteuid()}: run as its owner, or choose another data directory."
        )
