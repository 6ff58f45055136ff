"""PostgreSQL: what is asked of it. The verdicts stand in `database_server.py`, `schema.py` and `rights.py`."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from buckets.catalog.migrate import Migrator
from buckets.catalog.settings import CatalogSettings
from buckets.catalog.vitals import Role, Vitals, vitals
from buckets.errors import Busy, CatalogUnavailable, StorageError
from buckets.ports import Clock
from gateway.doctor import database_server, rights, schema
from gateway.doctor.advice import Advice
from gateway.doctor.clock import clocks
from gateway.doctor.finding import Finding, failed, skipped, warned, well

NAME = "postgres"
_PARTS = ("version", "writes", "durability", "connections", "clock", "schema", "rights", "excess", "partitions")
_LONGEST_STATEMENT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCheck:
    """One connection as the service, and one that reads the ledger of migrations."""

    settings: CatalogSettings
    processes: int
    production: bool
    clock: Clock
    advice: Advice

    async def ask(self) -> AsyncGenerator[Finding, None]:
        told = set[str]()
        try:
            async with vitals(
                self.settings.dsn.reveal(), connect=self.settings.connect_timeout, statement=_LONGEST_STATEMENT
            ) as asked:
                async for finding in self._told(asked):
                    told.add(finding.check)
                    yield finding
        except StorageError as fault:
            yield failed(NAME, _sentence(fault), self.advice.database)
            for name in (f"{NAME}.{part}" for part in _PARTS):
                if name not in told:
                    yield skipped(name, "the database did not answer")

    async def _told(self, asked: Vitals) -> AsyncGenerator[Finding, None]:
        began, ours = self.clock.monotonic(), self.clock.now()
        server = await asked.server()
        took = self.clock.monotonic() - began
        yield well(NAME, f"it answers in {1000 * took:.0f} ms")
        yield database_server.version(server)
        yield database_server.writes(server)
        yield database_server.durability(server, production=self.production)
        yield database_server.connections(server, each=self.settings.pool_max, processes=self.processes)
        yield clocks(f"{NAME}.clock", ours=ours + timedelta(seconds=took / 2), theirs=server.now)
        async for finding in self._schema(asked, await asked.role()):
            yield finding

    async def _schema(self, asked: Vitals, role: Role) -> AsyncGenerator[Finding, None]:
        if not role.finds_schema:
            yield skipped(schema.NAME, "the role may not look")
            yield rights.no_schema(role)
            return
        yield await self._migrations()
        held = await asked.rights()
        if not held:
            yield skipped(rights.NAME, "there is no schema yet")
            return
        yield rights.needed(role, held, service=self.settings.service_role)
        yield rights.excessive(role, held, production=self.production)
        yield schema.partitions(await asked.missing_partitions())

    async def _migrations(self) -> Finding:
        migrator = Migrator(self.settings.dsn.reveal(), self.settings.service_role, patience=_LONGEST_STATEMENT)
        try:
            return schema.migrations(await migrator.status())
        except CatalogUnavailable:
            return failed(schema.NAME, "the ledger of migrations cannot be read", rights.SET_ANEW)


def absent(*, required: bool) -> Finding:
    """Without any address of a database."""
    if required:
        return failed(NAME, "catalog.dsn (DATABASE_URL) is not set", "Set it: postgresql://user:password@host/name.")
    return warned(NAME, "none: what is known is forgotten at the end", "Set catalog.dsn and another store.kind than memory.")


def _sentence(fault: StorageError) -> str:
    if isinstance(fault, Busy):
        return "it did not answer in time"
    return fault.reason if isinstance(fault, CatalogUnavailable) else type(fault).__name__
