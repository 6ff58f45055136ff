"""The whole house in one process: both fronts over the memory ports, served on loopback as in production."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from buckets.memory.access_log import MemoryAccessLog
from buckets.memory.attempts import MemoryAttempts
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
from gateway.auth.jwt.claims import Expected
from gateway.auth.jwt.issuer import Issuer
from gateway.auth.jwt.verifier import JwtVerifier
from gateway.auth.login_verifier import SeenLogins
from gateway.auth.passwords import Cost, Passwords
from gateway.auth.seal import Seal
from gateway.auth.uses import Uses
from gateway.build.doors import doors
from gateway.build.services import Parts, sign_in
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
from tests.unit.auth.issuing import AUDIENCE, ISSUER

IDS = SystemIds()
CHEAP = Cost(passes=1, kibibytes=8, threads=1)
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
    issuer: Issuer | None = None
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
        self.attempts = MemoryAttempts(self.clock)
        self.passwords = Passwords(ids=IDS, cost=CHEAP)
        self.seen = SeenLogins(self.catalog, self.clock)
        self.uses = Uses(self.catalog, self.clock)
        self.finishing = asyncio.Event()
        self._written = asyncio.Event()

    async def move_in(self) -> None:
        await self.catalog.ensure_placement(values.PLACEMENT)
        self.alice = await self.tenant("123456789012", "photos")

    async def tenant(self, account: str, bucket: str, role: Role = Role.OWNER) -> Tenant:
        user = values.user(account, role)
        await self.catalog.create_account(values.account(account), user)
        tenant = Tenant(user=user, bucket=values.bucket(user, bucket), pair=keys.mint(IDS), token=await self.token_of(user))
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

    async def member(self, role: Role, **facts: Any) -> Tenant:
        """Somebody else in the first tenant's account, with a token only."""
        user = replace(values.user(self.alice.user.account, role), **facts)
        self.catalog.users[user.id] = user
        return Tenant(user=user, bucket=self.alice.bucket, pair=keys.mint(IDS), token=await self.token_of(user))

    def head(self, key: str) -> Head | None:
        return self.catalog.head((self.alice.bucket.id, ObjectKey(key)))

    @property
    def keys(self) -> list[str]:
        return [key for _, key in self.catalog.current]

    def conversation(self) -> Conversation:
        parts = self._parts()
        own = doors(parts, region="us-east-1", seen=self.seen, uses=self.uses, jwts=self._jwts())
        cursors = Cursors(b"a key for tests")
        rest = RestSurroundings(base_url=self.base_url, cursors=cursors, clock=self.clock, ids=IDS, sign_in=sign_in(parts))
        s3 = S3Surroundings(region="us-east-1", cursors=cursors, clock=self.clock, checksums=self.checksums)
        return Conversation(
            front_of=by_path(rest=RestFront(door=own.rest, around=rest), s3=S3Front(door=own.s3, around=s3)),
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

    def _jwts(self) -> JwtVerifier | None:
        if self.issuer is None:
            return None
        expected = Expected(issuer=ISSUER, audience=AUDIENCE)
        return JwtVerifier(expected=expected, issuer=self.issuer, find=self.catalog.find_caller_by_identity, clock=self.clock)

    def _parts(self) -> Parts:
        return Parts(
            clock=self.clock,
            ids=IDS,
            catalog=self.catalog,
            seal=self.seal,
            audit=MemoryAuditTrail(self.catalog),
            store=self.store,
            jobs=self.jobs,
            locks=MemoryLocks(self.clock),
            attempts=self.attempts,
            passwords=self.passwords,
            checksums=self.checksums,
            committer=self.committer,
            names=BlobNames(self.catalog, self.clock, IDS.uuid7()),
            phases=MemoryPhases(),
            meter=self.meter,
            placement=values.PLACEMENT.id,
            limit=self.limit,
            cache=self.cache,
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

    async def token_of(self, user: User) -> str:
        """A fresh API key."""
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
        house.passwords.close()
