"""A page of a list, of a bucket with ten thousand names and of one with a million."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.key_range import page_range
from buckets.model.page import Order
from gateway.embedded.postgres import PostgresServer
from gateway.system import SystemClock, SystemIds
from tests.bench.commits import fresh_database
from tests.factories.crowd import Crowd, crowds
from tests.fixtures.databases import connected
from tests.fixtures.meters import RecordingMeter

SIZES = {"10 k": 10_000, "1 M": 1_000_000}
PAGE = 1000
TURNS = 100


@dataclass(frozen=True)
class Times:
    """How long pages took."""

    what: str
    seconds: Sequence[float]

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        middle, worst = (1000 * ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
        return f"{self.what:48} p50 {middle:6.1f} ms   p99 {worst:6.1f} ms"


async def listing(server: PostgresServer) -> Sequence[Times]:
    dsn = await fresh_database(server, "lists")
    async with connected(dsn) as owner:
        found = await crowds(owner, *SIZES.values())
    catalog = PostgresCatalog(await Pool.open(RecordingMeter(), SystemClock(), dsn=dsn), ids=SystemIds(), clock=SystemClock())
    lines = [line for name, crowd in zip(SIZES, found, strict=True) for line in await _of(catalog, name, crowd)]
    await catalog.close()
    return lines


async def _of(catalog: PostgresCatalog, name: str, crowd: Crowd) -> Sequence[Times]:
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
    return [Times(f"a page of {PAGE} of {name} names{kind}", await _timed(ask)) for kind, ask in kinds.items()]


async def _timed(ask: Callable[[int], Awaitable[object]]) -> Sequence[float]:
    seconds = []
    for turn in range(TURNS):
        began = time.perf_counter()
        await ask(turn)
        seconds.append(time.perf_counter() - began)
    return seconds
