"""What is done in the background: jobs that any process may do, and chores that each does for itself."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from buckets.model.job import Schedule
from buckets.ports import BlobStore, Clock, Ids, Jobs, Phases
from buckets.service.audit_seals import RetainAudit, SealAudit
from buckets.service.blob_names import BlobNames
from buckets.service.estates import PassOn
from buckets.service.purge import Purge
from buckets.service.sweep import Sweep, SweepTerms
from gateway.auth.buckets import PURGE
from gateway.auth.login_verifier import SeenLogins
from gateway.auth.users import HANDOVER
from gateway.auth.uses import Uses
from gateway.build.knowledge import Knowledge
from gateway.observe.lag import LoopLag
from gateway.observe.metrics import PrometheusMeter
from gateway.periodic import Chore
from gateway.system import give_memory_back
from gateway.worker import logins, room
from gateway.worker.audit import RETAIN, RETAINED_EVERY, SEAL, retain_handler, seal_handler
from gateway.worker.estates import pass_on_handler
from gateway.worker.logins import LOGINS, logins_handler
from gateway.worker.purge import purge_handler
from gateway.worker.room import ROOM, room_handler
from gateway.worker.runner import Worker
from gateway.worker.settings import AuditSettings, WorkerSettings
from gateway.worker.sweep import SWEEP, sweep_handler

_ANNOUNCED_AT_ONCE = 1000
_BREATH = timedelta(seconds=10)
_WRITTEN_EVERY = timedelta(seconds=1)
_LOOKED_AT = timedelta(seconds=1)
_USE_NOTED = timedelta(seconds=60)


def worker(
    known: Knowledge,
    stores: Mapping[str, BlobStore],
    settings: WorkerSettings,
    audit: AuditSettings,
    *,
    phases: Phases,
    ids: Ids,
    clock: Clock,
) -> Worker:
    terms = SweepTerms(
        margin=timedelta(seconds=settings.sweep_margin),
        grace=timedelta(seconds=settings.sweep_grace),
        batch=settings.sweep_batch,
    )
    sweep = Sweep(garbage=known.garbage, stores=stores, phases=phases, terms=terms)
    handlers = {
        SWEEP: sweep_handler(sweep),
        PURGE: purge_handler(Purge(garbage=known.garbage)),
        HANDOVER: pass_on_handler(PassOn(estates=known.catalog)),
        ROOM: room_handler(known.catalog.make_room),
        LOGINS: logins_handler(known.catalog.forget_logins),
        SEAL: seal_handler(SealAudit(seals=known.seals)),
        RETAIN: retain_handler(_retention(known, audit)),
    }
    return Worker(known.jobs, handlers, ids=ids, clock=clock)


def _retention(known: Knowledge, audit: AuditSettings) -> RetainAudit:
    return RetainAudit(seals=known.seals, changes_days=audit.retention_days, reads_days=audit.reads_retention_days)


async def schedule(jobs: Jobs, settings: WorkerSettings, audit: AuditSettings) -> None:
    """What comes again and again, for whichever worker is free."""
    sweep, purge = timedelta(seconds=settings.sweep_every), timedelta(seconds=settings.purge_every)
    seal = timedelta(seconds=audit.seal_every)
    rounds = {SWEEP: sweep, PURGE: purge, ROOM: room.EVERY, LOGINS: logins.EVERY, SEAL: seal, RETAIN: RETAINED_EVERY}
    for kind, every in rounds.items():
        await jobs.ensure_schedule(Schedule(name=kind, kind=kind, every=every))


def chores(known: Knowledge, names: BlobNames, uses: Uses, seen: SeenLogins, settings: WorkerSettings) -> list[Chore]:
    async def announce() -> None:
        while await known.outbox.announce(limit=_ANNOUNCED_AT_ONCE) == _ANNOUNCED_AT_ONCE:
            pass

    async def rest() -> None:
        await asyncio.to_thread(give_memory_back)

    return [
        Chore("giving memory back", _BREATH, rest),
        Chore("renewing leases", names.lasting / 6, names.renew),
        Chore("noting who was seen", _BREATH, seen.flush),
        Chore("announcing", timedelta(seconds=settings.announce_every), announce),
        Chore("noting the use of keys", _USE_NOTED, uses.write_out),
        Chore("writing reads down", _WRITTEN_EVERY, known.reads.write),
    ]


def watching(meter: PrometheusMeter, clock: Clock) -> list[Chore]:
    async def sample() -> None:
        meter.sample()

    return [Chore("sampling gauges", _LOOKED_AT, sample), Chore("looking at the loop", _LOOKED_AT, LoopLag(meter, clock).look)]
