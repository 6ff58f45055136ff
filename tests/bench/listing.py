"""A page of a list, of a bucket with ten thousand names and of one with a million."""

import time
from collections.abc import Awaitable, Callable, Sequence

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.key_range import page_range
from buckets.model.page import Order
from gateway.embedded.postgres import PostgresServer
from gateway.system import SystemClock, SystemIds
from tests.bench.commits import fresh_database
from tests.bench.figures import Goal, percentile
from tests.bench.plan import Plan
from tests.bench.table import Line
from tests.factories.crowd import Crowd, crowds
from tests.fixtures.databases import connected
from tests.fixtures.meters import RecordingMeter

PAGE = 1000
_GOAL = Goal(text="p99 ≤ 30 ms", most=30)


async def listing(server: PostgresServer, plan: Plan) -> Sequence[Line]:
    dsn = await fresh_database(server, "lists")
    async with connected(dsn) as owner:
        found = await crowds(owner, *plan.names)
    catalog = PostgresCatalog(await Pool.open(RecordingMeter(), SystemClock(), dsn=dsn), ids=SystemIds(), clock=SystemClock())
    lines = [line for crowd in found for line in await _of(catalog, crowd, plan.pages)]
    await catalog.close()
    return lines


def _line(name: str, seconds: Sequence[float]) -> Line:
    times = {f"p{part}, ms": 1000 * percentile(seconds, part / 100) for part in (50, 99)}
    met = {"goal": _GOAL.text, "met": _GOAL.verdict(times["p99, ms"])}
    return Line(name, {**{column: f"{value:.1f}" for column, value in times.items()}, **met})


async def _of(catalog: PostgresCatalog, crowd: Crowd, pages: int) -> Sequence[Line]:
    """From all over the bucket: a page begins behind another folder each time."""

    async def names(turn: int) -> object:
        return await catalog.page_heads(crowd.bucket, page_range("", "", f"f{turn:04}/"), limit=PAGE)

    async def folders(turn: int) -> object:
        keys = page_range("", "/", f"f{turn % 10:04}/")
        return await catalog.page_folders(crowd.bucket, keys, prefix="", delimiter="/", limit=PAGE)

    async def flat(turn: int) -> object:
        """In a folder that has no folders."""
        keys = page_range("f", "!", f"f{turn:04}/")
        return await catalog.page_folders(crowd.bucket, keys, prefix="f", delimiter="!", limit=PAGE)

    async def ranked(turn: int) -> object:
        return await catalog.page_ranked(crowd.bucket, Order.CREATED, falling=turn % 2 == 0, limit=PAGE)

    async def rare(turn: int) -> object:
        return await catalog.page_ranked(crowd.bucket, Order.SIZE, falling=turn % 2 == 0, owner=crowd.rare, limit=PAGE)

    kinds = {"": names, ", delimiter, folders": folders, ", delimiter, names": flat, ", by time": ranked, ", rare owner": rare}
    return [_line(f"a page of {PAGE} of {crowd.size:,} names{kind}", await _timed(ask, pages)) for kind, ask in kinds.items()]


async def _timed(ask: Callable[[int], Awaitable[object]], pages: int) -> Sequence[float]:
    seconds = []
    for turn in range(pages):
        began = time.perf_counter()
        await ask(turn)
        seconds.append(time.perf_counter() - began)
    return seconds
