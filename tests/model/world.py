"""The use cases over some ports, ready to be driven, and what it takes to look behind them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.garbage import PostgresGarbage
from buckets.catalog.pool import Pool
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.garbage import MemoryGarbage
from buckets.memory.meter import MemoryMeter
from buckets.memory.phases import MemoryPhases
from buckets.model.bucket import Versioning
from buckets.ports import BlobStore, Catalog, Clock, Garbage
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from buckets.service.copy import CopyObject
from buckets.service.edit import EditObject
from buckets.service.hot_blobs import HotBlobs
from buckets.service.put import PutObject
from buckets.service.read import ReadObject
from buckets.service.remove import RemoveObject
from buckets.service.restore import RestoreObject
from buckets.service.sweep import Sweep, SweepTerms
from buckets.service.verified import VerifiedBytes
from gateway.ingest.digests import StreamChecksums
from gateway.system import SystemClock
from tests.factories import values
from tests.factories.disk import prepared
from tests.fixtures.databases import Connection, Database, connected, create_copy, superuser_dsn
from tests.fixtures.evidence import Evidence, MemoryEvidence, PostgresEvidence
from tests.fixtures.meters import RecordingMeter

LIMIT = 1 << 20
SMALL = 32
"""So low that few bytes are read in blocks."""
HELD = 64
"""So few that what is held for readers comes and goes."""
IDS = values.IDS


@dataclass(kw_only=True)
class Ports:
    """What a world stands on."""

    catalog: Catalog
    garbage: Garbage
    store: BlobStore
    clock: Clock
    evidence: Evidence


class World(ABC):
    """A small installation: two people, and a bucket of each kind."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.people = [values.user(), values.user()]
        self.buckets = [values.bucket(self.people[0], f"is-{each}", versioning=each) for each in Versioning]
        self.committer = Committer(objects=ports.catalog, ids=IDS, phases=MemoryPhases())
        checksums = StreamChecksums()
        verified = VerifiedBytes(
            objects=ports.catalog,
            blobs=HotBlobs(ports.store, MemoryMeter(), room=HELD),
            checksums=checksums,
            meter=MemoryMeter(),
            small=SMALL,
            page=2,
        )
        self.read = ReadObject(objects=ports.catalog, verified=verified)
        self.put = PutObject(
            store=ports.store,
            checksums=checksums,
            names=self._names(),
            ids=IDS,
            committer=self.committer,
            phases=MemoryPhases(),
            limit=LIMIT,
        )
        self.remove = RemoveObject(committer=self.committer, ids=IDS)
        self.copy = CopyObject(objects=ports.catalog, read=self.read, put=self.put, committer=self.committer, ids=IDS)
        self.edit = EditObject(read=self.read, committer=self.committer, ids=IDS)
        self.restore = RestoreObject(objects=ports.catalog, committer=self.committer, ids=IDS)
        stores = {values.PLACEMENT.id: ports.store}
        self._sweep = Sweep(garbage=ports.garbage, stores=stores, phases=MemoryPhases(), terms=SweepTerms(batch=7))

    async def found(self) -> None:
        catalog = self.ports.catalog
        await catalog.create_account(values.account(), self.people[0])
        await catalog.ensure_placement(values.PLACEMENT)
        for bucket in self.buckets:
            await catalog.create_bucket(bucket)

    @abstractmethod
    async def pass_time(self, step: timedelta) -> None:
        """Everything that is to happen comes nearer."""

    async def purge(self) -> None:
        while await self.ports.garbage.purge(limit=3):
            pass

    async def sweep(self) -> None:
        await self._sweep.pass_once(lambda _: None)

    def restart(self) -> None:
        """A worker is gone, and the names that it had leased are used by nobody any more."""
        self.put = replace(self.put, names=self._names())

    def _names(self) -> BlobNames:
        return BlobNames(self.ports.catalog, self.ports.clock, IDS.uuid7(), block=8)


class MemoryWorld(World):
    """In dictionaries, under a clock that moves when told."""

    def __init__(self) -> None:
        self._clock = values.ManualClock()
        catalog = MemoryCatalog(ids=IDS, clock=self._clock)
        ports = Ports(
            catalog=catalog,
            garbage=MemoryGarbage(catalog),
            store=MemoryBlobStore(),
            clock=self._clock,
            evidence=MemoryEvidence(catalog),
        )
        super().__init__(ports)

    async def pass_time(self, step: timedelta) -> None:
        self._clock.advance(step)


class PostgresWorld(World):
    """In PostgreSQL, whose clock cannot be moved: its rows are."""

    def __init__(self, pool: Pool, owner: Connection, store: BlobStore) -> None:
        self._owner = owner
        clock = SystemClock()
        catalog = PostgresCatalog(pool, ids=IDS, clock=clock)
        ports = Ports(catalog=catalog, garbage=PostgresGarbage(pool), store=store, clock=clock, evidence=PostgresEvidence(owner))
        super().__init__(ports)

    async def pass_time(self, step: timedelta) -> None:
        await self._owner.execute("UPDATE blob_lease SET until = until - $1::interval", step)
        await self._owner.execute("UPDATE blob SET erase_at = erase_at - $1::interval WHERE state = 'condemned'", step)
        await self._owner.execute("UPDATE version SET trashed_at = trashed_at - $1::interval WHERE trashed_at IS NOT NULL", step)
        self.restart()  # its clock stood still, so it would believe in its leases


@asynccontextmanager
async def memory_world() -> AsyncIterator[World]:
    world = MemoryWorld()
    await world.found()
    yield world


@asynccontextmanager
async def postgres_world(template: Database, root: Path) -> AsyncIterator[World]:
    """Bytes on disk, and a database of its own that goes with it."""
    database = await create_copy(template)
    pool = await Pool.open(RecordingMeter(), SystemClock(), dsn=database.service_dsn)
    try:
        async with connected(database.owner_dsn) as owner:
            world = PostgresWorld(pool, owner, await prepared(root / database.name))
            await world.found()
            yield world
    finally:
        await pool.close()
        async with connected(superuser_dsn(database.server)) as superuser:
            await superuser.execute(f"DROP DATABASE {database.name} WITH (FORCE)")
