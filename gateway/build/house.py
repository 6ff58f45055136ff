"""The house, put together from its parts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from aiohttp import web

from buckets.errors import BrokenSetting, StorageError
from buckets.model.blob import Placement
from buckets.ports import AccessLog, BlobStore, Catalog, Clock, Ids, Meter, Phases
from buckets.scalars import base64_bytes
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from buckets.service.founding import Founding
from gateway.auth.guard import Guard
from gateway.auth.login_verifier import SeenLogins
from gateway.auth.passwords import Passwords
from gateway.auth.seal import Seal
from gateway.auth.uses import Uses
from gateway.build.bytes import blob_store
from gateway.build.doors import Doors, doors
from gateway.build.knowledge import Knowledge, knowledge
from gateway.build.services import Parts, sign_in
from gateway.build.sessions import Coordination, coordination
from gateway.build.tokens import jwts
from gateway.build.work import chores, schedule, watching, worker
from gateway.config.config import Config
from gateway.edge.body import Patience
from gateway.edge.conversation import Conversation, Front
from gateway.edge.cursor import Cursors
from gateway.edge.dispatch import by_path
from gateway.ingest.digests import StreamChecksums
from gateway.observe.access import access
from gateway.observe.health import Check, HealthChecks
from gateway.observe.metrics import PrometheusMeter
from gateway.observe.ops import Operations
from gateway.observe.page import OwnPage, Page
from gateway.observe.phases import MeteredPhases
from gateway.periodic import Chore
from gateway.rest.front import RestFront
from gateway.rest.surroundings import Surroundings as RestSurroundings
from gateway.s3.front import S3Front
from gateway.s3.request import Surroundings as S3Surroundings
from gateway.system import SystemClock, SystemIds, settle_down
from gateway.worker.runner import Worker

PLACEMENT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that runs, put together."""

    clock: Clock
    ids: Ids
    seal: Seal
    passwords: Passwords
    catalog: Catalog
    founding: Founding
    guard: Guard
    data: Conversation
    operations: web.Application
    health: HealthChecks
    chores: Sequence[Chore]
    worker: Worker
    finish: Callable[[], Awaitable[None]]


@asynccontextmanager
async def build(config: Config, *, phases: Phases | None = None, page: Page | None = None) -> AsyncIterator[House]:
    """The house for these settings; what it holds open is closed behind it. `phases` takes the place of the metered ones.

    Its figures stand on `page`, or on one of its own.
    """
    async with AsyncExitStack() as stack:
        clock, ids = SystemClock(), SystemIds()
        meter = PrometheusMeter(page or OwnPage(), version=version("seawall"), bound=config.observe.bucket_series)
        seal_key = _seal_key(config)
        seal = Seal(seal_key, ids=ids)
        known = await knowledge(config, meter, clock, ids, stack)
        store = await blob_store(config.store, meter, clock, ids, stack)
        shared = coordination(config.sessions, meter, clock, ids, stack)
        founding = Founding(accounts=known.catalog, buckets=known.catalog, ids=ids, clock=clock)
        await founding.place(Placement(id=PLACEMENT, store=config.store.kind))
        await schedule(known.jobs, config.worker, config.audit)
        phases = phases or MeteredPhases(meter, clock)
        passwords = Passwords(ids=ids)
        stack.callback(passwords.close)
        parts = _parts(config, known, store, shared, passwords, seal=seal, phases=phases, meter=meter, clock=clock, ids=ids)
        seen, uses = SeenLogins(known.catalog, clock), Uses(known.catalog, clock)
        trusted = jwts(config.auth, known.catalog, clock, stack)
        ways_in = doors(parts, region=config.edge.region, seen=seen, uses=uses, jwts=trusted)
        health = HealthChecks(known.catalog.check, Check(name="store", ask=store.check), *shared.checks)
        settle_down()
        meter.sample()
        yield House(
            clock=clock,
            ids=ids,
            seal=seal,
            passwords=parts.passwords,
            catalog=known.catalog,
            founding=founding,
            guard=ways_in.rest.guard,
            data=_conversation(_fronts(config, ways_in, parts, Cursors(seal_key)), parts, known.reads),
            operations=Operations(health, meter, token=config.edge.ops_token).app(),
            health=health,
            chores=[*chores(known, parts.names, uses, seen, config.worker), *watching(meter, clock)],
            worker=worker(known, {PLACEMENT: store}, config.worker, config.audit, phases=phases, ids=ids, clock=clock),
            finish=partial(_finish, parts.committer, parts.names, uses, known.reads),
        )


def _parts(
    config: Config,
    known: Knowledge,
    store: BlobStore,
    shared: Coordination,
    passwords: Passwords,
    *,
    seal: Seal,
    phases: Phases,
    meter: Meter,
    clock: Clock,
    ids: Ids,
) -> Parts:
    committer = Committer(objects=known.catalog, ids=ids, phases=phases)
    meter.gauge("seawall_commit_waiting", lambda: committer.waiting)
    return Parts(
        clock=clock,
        ids=ids,
        catalog=known.catalog,
        seal=seal,
        audit=known.audit,
        store=store,
        jobs=known.jobs,
        locks=shared.locks,
        attempts=shared.attempts,
        passwords=passwords,
        checksums=StreamChecksums(),
        committer=committer,
        names=BlobNames(known.catalog, clock, ids.uuid7()),
        phases=phases,
        meter=meter,
        placement=PLACEMENT,
        limit=config.edge.max_body_bytes,
        cache=config.store.cache_bytes,
    )


def _conversation(front_of: Callable[[str], Front], parts: Parts, reads: AccessLog) -> Conversation:
    return Conversation(
        front_of=front_of,
        ids=parts.ids,
        clock=parts.clock,
        meter=parts.meter,
        access=access,
        note=reads.note,
        patience=Patience(),
    )


def _fronts(config: Config, ways_in: Doors, parts: Parts, cursors: Cursors) -> Callable[[str], Front]:
    edge = config.edge
    base_url = edge.public_base_url.rstrip("/") or f"http://{edge.host}:{edge.port}"
    rest = RestSurroundings(base_url=base_url, cursors=cursors, clock=parts.clock, ids=parts.ids, sign_in=sign_in(parts))
    s3 = S3Surroundings(region=edge.region, cursors=cursors, clock=parts.clock, checksums=parts.checksums)
    return by_path(rest=RestFront(door=ways_in.rest, around=rest), s3=S3Front(door=ways_in.s3, around=s3))


async def _finish(committer: Committer, names: BlobNames, uses: Uses, reads: AccessLog) -> None:
    """What was begun is committed; what was only named is given back, which the sweep would do in time as well."""
    await committer.drain()
    with suppress(StorageError):
        await reads.write()
    with suppress(StorageError):
        await names.release()
    with suppress(StorageError):
        await uses.write_out()


def _seal_key(config: Config) -> bytes:
    if not config.auth.seal_key:
        raise BrokenSetting("auth.seal_key is not set: make one with openssl rand -base64 32")
    return base64_bytes(config.auth.seal_key.reveal(), name="auth.seal_key", size=32)
