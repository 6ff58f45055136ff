"""PostgreSQL: what is asked of it. The verdicts stand in `database_server.py`, `schema.py` and `rights.py`."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta

from buckets.catalog.migrate import Migrator
from buckets.catalog.settings import CatalogSettings
from buckets.catalog.vitals import Role, Vitals, vitals
from buckets.errors import Busy, CatalogUnavailable, SealBroken, StorageError
from buckets.names import AccessKey
from buckets.ports import Clock
from gateway.doctor import database_server, rights, schema
from gateway.doctor.advice import Advice
from gateway.doctor.clock import clocks
from gateway.doctor.finding import Finding, failed, skipped, warned, well

NAME = "postgres"
_PARTS = ("version", "writes", "durability", "connections", "clock", "schema", "rights", "excess", "partitions", "seal")
_ALL = (NAME, *(f"{NAME}.{part}" for part in _PARTS))
_LONGEST_STATEMENT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCheck:
    """One connection as the service, and one that reads the ledger of migrations.

    `unseal` raises SealBroken where a secret was sealed under another key than ours; it is None where we have none.
    """

    settings: CatalogSettings
    processes: int
    production: bool
    unseal: Callable[[bytes, AccessKey], str] | None
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
            asked_for, *later = (name for name in _ALL if name not in told)
            yield failed(asked_for, _sentence(fault), self.advice.database)
            for name in later:
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
        yield await self._sealed(asked)

    async def _sealed(self, asked: Vitals) -> Finding:
        """Whether the seal key is still that of the keys: the classic mistake after a restore."""
        name = f"{NAME}.seal"
        if self.unseal is None:
            return skipped(name, "there is no key to try")
        try:
            pair = await asked.newest_key_pair()
            if pair is None:
                return skipped(name, "nothing was sealed yet: run `seawall init`")
            self.unseal(pair[1], pair[0])
        except SealBroken:
            return failed(
                name, "auth.seal_key does not open the newest key pair", "Restore the seal key that the keys were sealed with."
            )
        except CatalogUnavailable:
            return skipped(name, "the role may not look")
        return well(name, "auth.seal_key opens the newest key pair")

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
