"""What is known, in PostgreSQL or, for a stack that keeps nothing, in memory."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from functools import partial

from buckets.catalog.access_log import PostgresAccessLog
from buckets.catalog.audit_trail import PostgresAuditTrail
from buckets.catalog.budget import check_budget
from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.garbage import PostgresGarbage
from buckets.catalog.jobs import PostgresJobs
from buckets.catalog.migrate import Migrator
from buckets.catalog.outbox import PostgresOutbox
from buckets.catalog.pool import Pool
from buckets.catalog.seals import PostgresSeals
from buckets.catalog.settings import CatalogSettings
from buckets.errors import BrokenSetting
from buckets.memory.access_log import MemoryAccessLog
from buckets.memory.audit_trail import MemoryAuditTrail
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.garbage import MemoryGarbage
from buckets.memory.jobs import MemoryJobs
from buckets.memory.outbox import MemoryOutbox
from buckets.memory.seals import MemorySeals
from buckets.ports import AccessLog, AuditTrail, Catalog, Clock, Garbage, Ids, Jobs, Meter, Outbox, PoolState, Seals
from gateway.config.config import Config
from seaweedfs.settings import StoreKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The ports of one catalog."""

    catalog: Catalog
    garbage: Garbage
    jobs: Jobs
    outbox: Outbox
    audit: AuditTrail
    seals: Seals
    reads: AccessLog


async def knowledge(config: Config, meter: Meter, clock: Clock, ids: Ids, stack: AsyncExitStack) -> Knowledge:
    """Connected, and sure that the schema is the one that this program was written for; closed by the stack."""
    if not config.catalog.dsn:
        if config.store.kind is not StoreKind.MEMORY:
            raise BrokenSetting("catalog.dsn (DATABASE_URL) is not set: only the memory store does without a database")
        return in_memory(MemoryCatalog(ids=ids, clock=clock), clock, ids)
    await Migrator(config.catalog.dsn.reveal(), config.catalog.service_role).check()
    pool = await _pool(config.catalog, meter, clock)
    stack.push_async_callback(pool.close)
    await check_budget(pool, config.workers)
    catalog = PostgresCatalog(pool, ids=ids, clock=clock)
    reads = PostgresAccessLog(pool, ids=ids, meter=meter)
    meter.gauge("seawall_audit_reads_waiting", lambda: reads.waiting)
    meter.gauge("seawall_lookups_waiting", lambda: catalog.waiting)
    return Knowledge(
        catalog=catalog,
        garbage=PostgresGarbage(pool),
        jobs=PostgresJobs(pool, ids=ids),
        outbox=PostgresOutbox(pool),
        audit=PostgresAuditTrail(pool),
        seals=PostgresSeals(pool),
        reads=reads,
    )


def in_memory(catalog: MemoryCatalog, clock: Clock, ids: Ids) -> Knowledge:
    return Knowledge(
        catalog=catalog,
        garbage=MemoryGarbage(catalog),
        jobs=MemoryJobs(ids, clock),
        outbox=MemoryOutbox(catalog),
        audit=MemoryAuditTrail(catalog),
        seals=MemorySeals(catalog),
        reads=MemoryAccessLog(catalog),
    )


async def _pool(settings: CatalogSettings, meter: Meter, clock: Clock) -> Pool:
    pool = await Pool.open(
        meter,
        clock,
        dsn=settings.dsn.reveal(),
        minimum=settings.pool_min,
        maximum=settings.pool_max,
        acquire=settings.acquire_timeout,
        connect=settings.connect_timeout,
        idle=settings.idle_timeout,
        statement=settings.statement_timeout,
        slow=settings.slow_query,
    )
    for field in fields(PoolState):
        meter.gauge("seawall_catalog_pool_connections", partial(_reading, pool, field.name), state=field.name)
    return pool


def _reading(pool: Pool, name: str) -> float:
    return float(getattr(pool.state(), name))
