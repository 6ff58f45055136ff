"""The use cases over ports in memory, for one owner with buckets of every kind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from buckets.memory.attempts import MemoryAttempts
from buckets.memory.audit_trail import MemoryAuditTrail
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.checksums import MemoryChecksums
from buckets.memory.jobs import MemoryJobs
from buckets.memory.locks import MemoryLocks
from buckets.memory.meter import MemoryMeter
from buckets.memory.phases import MemoryPhases
from buckets.model.blob import Placement
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import Origin
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ports import Claims
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from buckets.service.put import Upload
from gateway.auth.passwords import Passwords
from gateway.auth.seal import Seal
from gateway.build.services import Parts, services
from tests.factories import values

IDS = values.IDS
ELSEWHERE = Placement(id="elsewhere", store="memory", physical_bucket="second")


async def body_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


@dataclass
class Desk:
    """What a test may do with the use cases, and look at behind them."""

    clock: values.ManualClock = field(default_factory=values.ManualClock)
    store: MemoryBlobStore = field(default_factory=MemoryBlobStore)

    def __post_init__(self) -> None:
        self.catalog = MemoryCatalog(ids=IDS, clock=self.clock)
        self.jobs = MemoryJobs(IDS, self.clock)
        self.user = values.user()
        self.committer = Committer(objects=self.catalog, ids=IDS, phases=MemoryPhases())
        built = services(self._parts())
        self.objects, self.rules = built.objects, built.buckets

    async def move_in(self) -> "Desk":
        await self.catalog.create_account(values.account(), self.user)
        for placement in (values.PLACEMENT, ELSEWHERE):
            await self.catalog.ensure_placement(placement)
        self.plain = await self.bucket("plain")
        self.kept = await self.bucket("kept", versioning=Versioning.ENABLED)
        self.far = await self.bucket("far", placement=ELSEWHERE.id)
        return self

    async def bucket(self, name: str, *, versioning: Versioning = Versioning.OFF, placement: str = "default") -> Bucket:
        bucket = replace(values.bucket(self.user, name, versioning=versioning), placement=placement)
        return (await self.catalog.create_bucket(bucket)).bucket

    @property
    def origin(self) -> Origin:
        return values.origin(self.user)

    def upload(self, data: bytes, **words: object) -> Upload:
        upload = Upload(body=body_of(data), claims=Claims(size=len(data)), content_type="text/plain")
        return replace(upload, **words)  # type: ignore[arg-type]  # whatever the test says

    async def put(self, bucket: Bucket, key: str, data: bytes = b"body", **words: object) -> Head:
        return (await self.objects.put(bucket, ObjectKey(key), self.upload(data, **words), self.origin)).head

    async def delete(self, bucket: Bucket, key: str) -> None:
        await self.objects.remove(bucket, ObjectKey(key), self.origin)

    async def read(self, bucket: Bucket, key: str) -> bytes:
        async with await self.objects.read.open(bucket, ObjectKey(key)) as reading:
            return b"".join([chunk async for chunk in reading.chunks])

    def pass_time(self, step: timedelta) -> None:
        self.clock.advance(step)

    def _parts(self) -> Parts:
        return Parts(
            clock=self.clock,
            ids=IDS,
            catalog=self.catalog,
            seal=Seal(IDS.secret(32), ids=IDS),
            audit=MemoryAuditTrail(self.catalog),
            store=self.store,
            jobs=self.jobs,
            locks=MemoryLocks(self.clock),
            attempts=MemoryAttempts(self.clock),
            passwords=Passwords(ids=IDS),
            checksums=MemoryChecksums(),
            committer=self.committer,
            names=BlobNames(self.catalog, self.clock, IDS.uuid7()),
            phases=MemoryPhases(),
            meter=MemoryMeter(),
            placement=values.PLACEMENT.id,
            limit=1 << 20,
            cache=1 << 20,
        )
