"""The whole house in one process: both fronts over the memory ports, served on loopback as in production."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from buckets.memory.access_log import MemoryAccessLog
from buckets.memory.audit_trail import MemoryAuditTrail
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.checksums import MemoryChecksums
from buckets.memory.jobs import MemoryJobs
from buckets.memory.locks import MemoryLocks
from buckets.memory.meter import MemoryMeter
from buckets.memory.phases import MemoryPhases
from buckets.model.account import Role, User
from buckets.model.bucket import Bucket
from buckets.model.credential import ApiKey, KeyPair
from buckets.model.version import Head
from buckets.names import CredentialId, ObjectKey
from buckets.ports import BlobStore, Checksums, Clock
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from gateway.auth import keys, tokens
from gateway.auth.authenticate import Authenticator
from gateway.auth.door import Door
from gateway.auth.guard import Guard, Services
from gateway.auth.seal import Seal
from gateway.auth.sigv4.verifier import SignatureVerifier
from gateway.auth.tokens import BearerVerifier
from gateway.build.services import Parts, services
from gateway.edge.body import Patience
from gateway.edge.conversation import Conversation
from gateway.edge.cursor import Cursors
from gateway.edge.dispatch import by_path
from gateway.edge.listen import bind
from gateway.edge.settings import EdgeSettings
from gateway.rest.front import RestFront
from gateway.rest.surroundings import Surroundings as RestSurroundings
from gateway.s3.front import S3Front
from gateway.s3.request import Surroundings as S3Surroundings
from gateway.serve import Server, Sockets
from gateway.system import SystemClock, SystemIds
from tests.factories import values

IDS = SystemIds()
SETTINGS = EdgeSettings(header_timeout=30.0, drain_seconds=30.0)


@dataclass(kw_only=True)
class Tenant:
    """Somebody with a bucket, a key pair and an API key."""

    user: User
    bucket: Bucket
    pair: keys.MintedPair
    token: str


@dataclass(kw_only=True)
class House:
    """What a test may look at, past every port."""

    store: BlobStore = field(default_factory=MemoryBlobStore)
    checksums: Checksums = field(default_factory=MemoryChecksums)
    clock: Clock = field(default_factory=SystemClock)
    settings: EdgeSettings = SETTINGS
    patience: Patience = field(default_factory=Patience)
    limit: int = 8 << 20
    cache: int = 1 << 20
    base_url: str = "https://files.example.org"
    meter: MemoryMeter = field(default_factory=MemoryMeter)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    drained: list[str] = field(default_factory=list)
    running: Server = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = MemoryCatalog(ids=IDS, clock=self.clock)
        self.jobs = MemoryJobs(IDS, self.clock)
        self.committer = Committer(objects=self.catalog, ids=IDS, phases=MemoryPhases())
        self.seal = Seal(IDS.secret(32), ids=IDS)
        self.finishing = asyncio.Event()
        self._written = asyncio.Event()

    async def move_in(self) -> None:
        await self.catalog.ensure_placement(values.PLACEMENT)
        self.alice = await self.tenant("123456789012", "photos")

    async def tenant(self, account: str, bucket: str, role: Role = Role.OWNER) -> Tenant:
        user = values.user(account, role)
        await self.catalog.create_account(values.account(account), user)
        tenant = Tenant(user=user, bucket=values.bucket(user, bucket), pair=keys.mint(IDS), token=await self._token(user))
        await self.catalog.create_bucket(tenant.bucket)
        await self.catalog.add_key_pair(
            KeyPair(
                id=CredentialId(IDS.uuid7()),
                account=user.account,
                owner=user.id,
                role=user.role,
                access_key=tenant.pair.access_key,
                sealed_secret=self.seal.seal(tenant.pair.secret, tenant.pair.access_key),
            ),
            name="test",
        )
        return tenant

    def head(self, key: str) -> Head | None:
        return self.catalog.head((self.alice.bucket.id, ObjectKey(key)))

    @property
    def keys(self) -> list[str]:
        return [key for _, key in self.catalog.current]

    def conversation(self) -> Conversation:
        door = self._door()
        cursors = Cursors(b"a key for tests")
        rest = RestSurroundings(base_url=self.base_url, cursors=cursors, clock=self.clock, ids=IDS)
        s3 = S3Surroundings(region="us-east-1", cursors=cursors, clock=self.clock, checksums=self.checksums)
        return Conversation(
            front_of=by_path(rest=RestFront(door=door, around=rest), s3=S3Front(door=door, around=s3)),
            ids=IDS,
            clock=self.clock,
            meter=self.meter,
            access=self._write_line,
            note=MemoryAccessLog(self.catalog).note,
            patience=self.patience,
        )

    def server(self) -> Server:
        sockets = Sockets(data=bind("127.0.0.1", 0), operations=bind("127.0.0.1", 0))
        self.port = int(sockets.data.getsockname()[1])
        return Server(
            data=self.conversation(),
            operations=web.Application(),
            sockets=sockets,
            settings=self.settings,
            on_drain=lambda: self.drained.append("drain"),
            finish=self._finish,
        )

    def _door(self) -> Door:
        signatures = SignatureVerifier(find=self.catalog.find_key_pair, seal=self.seal, clock=self.clock, region="us-east-1")
        authenticator = Authenticator(signatures=signatures, bearers=BearerVerifier(find=self.catalog.find_api_key))
        return Door(authenticator=authenticator, guard=Guard(self._services()))

    def _services(self) -> Services:
        return services(
            Parts(
                clock=self.clock,
                ids=IDS,
                catalog=self.catalog,
                audit=MemoryAuditTrail(self.catalog),
                store=self.store,
                jobs=self.jobs,
                locks=MemoryLocks(self.clock),
                checksums=self.checksums,
                committer=self.committer,
                names=BlobNames(self.catalog, self.clock, IDS.uuid7()),
                phases=MemoryPhases(),
                meter=self.meter,
                placement=values.PLACEMENT.id,
                limit=self.limit,
                cache=self.cache,
            )
        )

    async def over(self, requests: int) -> None:
        """Until so many requests are over, answered or not."""
        while len(self.lines) < requests:
            self._written.clear()
            await self._written.wait()

    async def _finish(self) -> None:
        self.finishing.set()
        await self.committer.drain()

    def _write_line(self, **facts: Any) -> None:
        self.lines.append(facts)
        self._written.set()

    async def _token(self, user: User) -> str:
        minted = tokens.mint(IDS)
        key = ApiKey(
            id=CredentialId(IDS.uuid7()),
            account=user.account,
            owner=user.id,
            role=user.role,
            token_hash=minted.token_hash,
            prefix=minted.prefix,
        )
        await self.catalog.add_api_key(key, name="test")
        return minted.token


@asynccontextmanager
async def served(house: House) -> AsyncIterator[House]:
    """The house with its doors open; nothing of it is left afterwards."""
    await house.move_in()
    house.running = house.server()
    await house.running.start()
    try:
        yield house
    finally:
        await house.running.stop()
