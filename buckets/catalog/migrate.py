"""Bringing the schema up, and back down: one starter at a time, one transaction per file, nothing on top of a drifted schema."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeAlias

import asyncpg

from buckets.catalog import statements, steps
from buckets.catalog.faults import translated
from buckets.catalog.steps import Applied, Migration, MigrationState, MigrationStatus, Script
from buckets.errors import BrokenSetting, CatalogBusy, CatalogUnavailable

_PACKAGE = resources.files("buckets.catalog")
_Q = statements.load("migrations")
_CONNECT_TIMEOUT = 10.0
_LOCK_PAUSE = 0.1
# A migration takes as long as it takes; should this program die meanwhile, the server notices and lets go.
_SERVER_SETTINGS = {
    "application_name": "seawall-migrations",
    "timezone": "UTC",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "client_connection_check_interval": "1000",
}

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Migrator:
    """The schema of one database. It logs in as the owner; the service's role gets its rights again after each `up`."""

    def __init__(self, dsn: str, service_role: str, *, source: Traversable | None = None, patience: float = 3600.0) -> None:
        """`patience` bounds the wait for another starter, and each file."""
        self._dsn = dsn
        self._service_role = service_role
        self._source = source or _PACKAGE / "migrations"
        self._patience = patience

    async def up(self, to: int | None = None) -> list[Migration]:
        """Apply what is pending, up to a number when given; the answer is what was applied by us."""
        async with self._locked() as connection:
            grants = await self._needs_grants(connection)
            await _run(connection, _Q["create_ledger"])
            known, statuses = await self._compared(connection)
            steps.refuse_drift(statuses)
            pending = {status.number for status in statuses if status.state is MigrationState.PENDING}
            chosen = [migration for migration in known if migration.number in pending and (to is None or migration.number <= to)]
            for migration in chosen:
                await _step(connection, migration, migration.up, _Q["remember"], migration.name, migration.up.sha256)
            if grants:
                await self._grant(connection)
            return chosen

    async def down(self, to: int, *, production: bool) -> list[Migration]:
        """Take back all migrations above a number, the newest first. What they held is gone, so never in production."""
        if production:
            raise BrokenSetting("Migrations are not taken back in production, for what their tables hold would be lost")
        async with self._locked() as connection:
            known, statuses = await self._compared(connection)
            steps.refuse_drift(statuses)
            applied = {status.number for status in statuses if status.state is MigrationState.APPLIED}
            chosen = [migration for migration in reversed(known) if migration.number in applied and migration.number > to]
            for migration in chosen:
                await _step(connection, migration, migration.down, _Q["forget"])
            return chosen

    async def status(self) -> list[MigrationStatus]:
        """Where the database stands; any role that may read the ledger can ask."""
        async with self._connected() as connection:
            _, statuses = await self._compared(connection)
            return list(statuses)

    async def check(self) -> None:
        """BrokenSetting unless the schema is exactly the one that this program was written for."""
        steps.refuse_stale(await self.status())

    async def _compared(self, connection: _Connection) -> tuple[Sequence[Migration], Sequence[MigrationStatus]]:
        known = steps.read(self._source)
        return known, steps.compare(known, await _applied(connection))

    async def _needs_grants(self, connection: _Connection) -> bool:
        """Not where one role does everything."""
        service = await _row(connection, _Q["know_service"], self._service_role)
        if not service["present"]:
            raise BrokenSetting(
                f"There is no role {self._service_role} for the service to log in as: run"
                f" CREATE ROLE \"{self._service_role}\" LOGIN PASSWORD '...' first"
            )
        return not service["ourselves"]

    async def _grant(self, connection: _Connection) -> None:
        grants = (_PACKAGE / "grants.sql").read_text(encoding="utf-8")
        with translated():
            async with connection.transaction():
                await connection.execute(_Q["name_service"].sql, self._service_role)
                await connection.execute(grants)

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[_Connection]:
        """A connection that nobody else migrates beside; the lock goes with it."""
        async with self._connected() as connection:
            try:
                async with asyncio.timeout(self._patience):
                    while not (await _row(connection, _Q["try_lock"]))["locked"]:  # noqa: ASYNC110 - its holder is elsewhere
                        await asyncio.sleep(_LOCK_PAUSE)
            except TimeoutError as error:
                raise CatalogBusy from error
            yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Connection]:
        with translated():
            connection = await asyncpg.connect(
                self._dsn, timeout=_CONNECT_TIMEOUT, command_timeout=self._patience, server_settings=_SERVER_SETTINGS
            )
        try:
            yield connection
            with translated():
                await connection.close(timeout=_CONNECT_TIMEOUT)
        finally:
            connection.terminate()


async def _step(connection: _Connection, migration: Migration, script: Script, note: statements.Query, *facts: str) -> None:
    """One file and its note in the ledger; together, unless the file cannot run in a transaction."""
    try:
        with translated():
            async with connection.transaction() if script.is_transactional else nullcontext():
                if script.is_transactional:
                    await connection.execute(_Q["be_impatient"].sql)
                await connection.execute(script.sql)
                await connection.execute(note.sql, migration.number, *facts)
    except CatalogUnavailable as fault:
        raise BrokenSetting(f"The migration {migration} cannot be carried out: {fault.__cause__}") from fault


async def _applied(connection: _Connection) -> list[Applied]:
    if not (await _row(connection, _Q["has_ledger"]))["present"]:
        return []
    with translated():
        return [Applied(**row) for row in await connection.fetch(_Q["applied"].sql)]


async def _row(connection: _Connection, query: statements.Query, *args: str) -> asyncpg.Record:
    with translated():
        row = await connection.fetchrow(query.sql, *args)
    if row is None:
        raise CatalogUnavailable("it answered nothing")
    return row


async def _run(connection: _Connection, query: statements.Query) -> None:
    with translated():
        await connection.execute(query.sql)
