"""The files of a PostgreSQL cluster."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from gateway.embedded.identity import Identity
from gateway.embedded.layout import DataDirectory
from gateway.embedded.problems import StartupProblem
from gateway.embedded.secret_file import sync_directory, write_private

_SCRATCH = "postgres.new-"


def exists(data: Path) -> bool:
    """Whether there is a cluster; whatever else is in its place is not touched."""
    if (data / "PG_VERSION").is_file():
        return True
    if data.is_dir() and any(data.iterdir()):
        raise StartupProblem(f"{data} holds something that is not a PostgreSQL cluster: choose another data directory.")
    return False


def check_major(data: Path, major: int) -> None:
    """Refuse a cluster of another major version, which the server could not read."""
    made_by = (data / "PG_VERSION").read_text("ascii").strip()
    if made_by != str(major):
        raise StartupProblem(
            f"{data} was made by PostgreSQL {made_by} and this is PostgreSQL {major}: "
            "upgrade it with pg_upgrade, or choose another data directory."
        )


def remove_scratch(root: Path) -> None:
    """Remove what an interrupted `create` left."""
    for leftover in root.glob(f"{_SCRATCH}*"):
        shutil.rmtree(leftover)


def create(directory: DataDirectory, identity: Identity, password: str, initdb: Callable[[Path, Path], None]) -> None:
    """Make a cluster beside its place and move it there: an interrupted attempt leaves nothing but a scratch directory.

    `initdb` is called with the place of the cluster and a file that holds the owner's password.
    """
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=directory.root))
    write_private(scratch / "password", password)
    identity.adopt(scratch)
    initdb(scratch / "cluster", scratch / "password")
    (scratch / "cluster").rename(directory.postgres)
    sync_directory(directory.root)
    shutil.rmtree(scratch)


def remove_stale(data: Path, run: Path) -> None:
    """Remove what a killed server left: the process ids in it may be others' by now. Only while no server of ours runs."""
    named = pid_file(data)[:1]
    if named and named[0].isdecimal() and _works_in(int(named[0]), data):
        raise StartupProblem(f"Another PostgreSQL, process {named[0]}, is running over {data}: stop it first.")
    (data / "postmaster.pid").unlink(missing_ok=True)
    for leftover in run.glob(".s.PGSQL.*"):
        leftover.unlink()


def pid_file(data: Path) -> list[str]:
    """The lines of the server's pid file, none while there is no file: the first is its process id, the eighth its status."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text("utf-8", "replace").splitlines()]
    except FileNotFoundError:
        return []


def _works_in(pid: int, data: Path) -> bool:
    """A server's working directory is its cluster."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False
