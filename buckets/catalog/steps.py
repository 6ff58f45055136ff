"""The migrations as files, and how far a database has come with them. Nothing here talks to a database; `migrate.py` does.

A migration is `migrations/NNNN_name.up.sql` with its `.down.sql`, numbered from 0001 without a gap.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from importlib.resources.abc import Traversable

from buckets.errors import BrokenSetting

_FILE = re.compile(r"([0-9]{4})_([a-z][a-z0-9_]*)\.(up|down)\.sql")


class MigrationState(StrEnum):
    """Where a database stands with one migration."""

    APPLIED = "applied"
    PENDING = "pending"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Script:
    """One file of SQL."""

    sql: str

    @property
    def is_transactional(self) -> bool:
        """A file whose first line is `-- no transaction` holds one statement that cannot run inside of one."""
        return self.sql.partition("\n")[0].strip() != "-- no transaction"

    @property
    def sha256(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, forth and back."""

    number: int
    name: str
    up: Script
    down: Script

    def __str__(self) -> str:
        return f"{self.number:04}_{self.name}"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a database remembers of a migration."""

    number: int
    name: str
    sha256: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One migration and one database."""

    number: int
    name: str
    state: MigrationState
    applied_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.number:04}_{self.name}"


def read(source: Traversable) -> Sequence[Migration]:
    """All migrations in their order; a stray file, half a pair and a gap are refused."""
    scripts: dict[tuple[int, str], dict[str, Script]] = {}
    for file in source.iterdir():
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise BrokenSetting(f"{file.name} is not named like a migration, 0001_name.up.sql")
        scripts.setdefault((int(match[1]), match[2]), {})[match[3]] = Script(file.read_text(encoding="utf-8"))
    found = [_pair(number, name, pair) for (number, name), pair in sorted(scripts.items())]
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise BrokenSetting(f"The migrations have a gap or a double: {migration} stands where {expected:04} was expected")
    return found


def compare(known: Iterable[Migration], applied: Iterable[Applied]) -> Sequence[MigrationStatus]:
    """What this program knows beside what the database remembers, by number."""
    rows = {row.number: row for row in applied}
    statuses = [_status(migration, rows.pop(migration.number, None)) for migration in known]
    strangers = [MigrationStatus(row.number, row.name, MigrationState.UNKNOWN, row.applied_at) for row in rows.values()]
    return sorted(statuses + strangers, key=lambda status: status.number)


def refuse_drift(statuses: Sequence[MigrationStatus]) -> None:
    """BrokenSetting where going on, up or down, would build on something else than the files say."""
    known = max((status.number for status in statuses if status.state is not MigrationState.UNKNOWN), default=0)
    last = max((status.number for status in statuses if status.applied_at), default=0)
    for status in statuses:
        if status.state is MigrationState.UNKNOWN:
            raise BrokenSetting(
                f"The database is newer than this program: {status} is applied there and this program knows {known:04} as its last;"
                " run the newer program"
            )
        if status.state is MigrationState.CHANGED:
            raise BrokenSetting(f"{status} was changed after it was applied: restore the file and put the change into a new one")
        if status.state is MigrationState.PENDING and status.number < last:
            raise BrokenSetting(f"The database has a gap: {status} is not applied, but {last:04} is")


def refuse_stale(statuses: Sequence[MigrationStatus]) -> None:
    """BrokenSetting unless the schema is the one that this program was written for."""
    refuse_drift(statuses)
    pending = [str(status) for status in statuses if status.state is MigrationState.PENDING]
    if pending:
        raise BrokenSetting(f"The database lacks {', '.join(pending)}: migrate it first")


def _pair(number: int, name: str, scripts: Mapping[str, Script]) -> Migration:
    for direction in ("up", "down"):
        if direction not in scripts:
            raise BrokenSetting(f"The migration {number:04}_{name} has no .{direction}.sql")
    return Migration(number, name, scripts["up"], scripts["down"])


def _status(known: Migration, applied: Applied | None) -> MigrationStatus:
    if applied is None:
        return MigrationStatus(known.number, known.name, MigrationState.PENDING)
    state = MigrationState.APPLIED if known.up.sha256 == applied.sha256 else MigrationState.CHANGED
    return MigrationStatus(known.number, known.name, state, applied.applied_at)
