"""COMMIT by itself: one at a time, and brought together in groups."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.migrate import Migrator
from buckets.catalog.pool import Pool
from buckets.memory.phases import MemoryPhases
from buckets.model.account import User
from buckets.model.blob import BlobLease
from buckets.model.bucket import Bucket
from buckets.model.commit import PutItem
from buckets.service.committer import Committer
from gateway.embedded.postgres import PostgresServer
from gateway.system import SystemClock, SystemIds
from tests.bench.figures import ratio
from tests.bench.plan import Plan
from tests.bench.table import Line
from tests.factories import values
from tests.fixtures.meters import RecordingMeter

CALLERS = 256


@dataclass(frozen=True)
class Stage:
    catalog: PostgresCatalog
    owners: Sequence[User]
    bucket: Bucket
    numbers: Iterator[int]
    commits: int


async def commits(server: PostgresServer, plan: Plan) -> Sequence[Line]:
    stage = await _stage(server, plan.commits)
    single, one_owner, many_owners = [], [], []
    for _ in range(plan.rounds):
        single.append(await _rate(stage, group=1, lanes=1, owners=1))
        one_owner.append(await _rate(stage, group=64, lanes=2, owners=1))
        many_owners.append(await _rate(stage, group=64, lanes=2, owners=16))
    await stage.catalog.close()
    return [
        _line("commits, each its own transaction, one lane", single, single),
        _line("commits in groups, one owner", one_owner, single),
        _line("commits in groups, 16 owners", many_owners, single),
    ]


def _line(name: str, rates: Sequence[float], single: Sequence[float]) -> Line:
    return Line(name, {"rate": f"{statistics.median(rates):,.0f} /s", "x single": f"{ratio(rates, single):.2f}"})


async def _rate(stage: Stage, *, group: int, lanes: int, owners: int) -> float:
    committer = Committer(objects=stage.catalog, ids=SystemIds(), phases=MemoryPhases(), group=group, lanes=lanes)
    items = iter(await _items(stage, owners))

    async def call() -> None:
        for item in items:
            await committer.put("put", item)

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return stage.commits / (time.perf_counter() - began)


async def _items(stage: Stage, owners: int) -> Sequence[PutItem]:
    leases = [await _lease(stage.catalog) for _ in range(-(-stage.commits // 1024))]
    names = itertools.islice(itertools.chain.from_iterable(leases), stage.commits)
    writers = itertools.cycle(stage.owners[:owners])
    return [
        values.put_item(stage.bucket, f"cards/{next(stage.numbers):09d}", b"card", owner=next(writers), name=name) for name in names
    ]


async def _lease(catalog: PostgresCatalog) -> BlobLease:
    return await catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=1024, lasting=timedelta(hours=1))


async def fresh_database(server: PostgresServer, name: str) -> str:
    """The address of a migrated database."""
    connection = await asyncpg.connect(server.dsn("postgres", server.owner, server.owner_password))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    dsn = server.dsn(name, server.owner, server.owner_password)
    await Migrator(dsn, server.owner).up()
    return dsn


async def _stage(server: PostgresServer, commits: int) -> Stage:
    dsn = await fresh_database(server, "commits")
    catalog = PostgresCatalog(await Pool.open(RecordingMeter(), SystemClock(), dsn=dsn), ids=SystemIds(), clock=SystemClock())
    owners = [values.user() for _ in range(16)]
    await catalog.create_account(values.account(), owners[0])
    await catalog.ensure_placement(values.PLACEMENT)
    bucket = values.bucket(owners[0])
    await catalog.create_bucket(bucket)
    return Stage(catalog, owners, bucket, itertools.count(), commits)
