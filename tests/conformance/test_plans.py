"""A list costs what it tells, however large its bucket is: plans are looked at, and the pages of memory that they touch counted."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from buckets.catalog import statements
from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.listing import _BEHIND_ALL, _RANKED
from buckets.key_range import beyond, page_range
from buckets.model.page import Order
from buckets.names import BucketId, UserId
from gateway.system import SystemClock, SystemIds
from tests.factories.crowd import Crowd, crowds, trash
from tests.fixtures.databases import Connection, Database, connected, create_copy
from tests.fixtures.pools import opened

pytestmark = pytest.mark.slow

SMALL, LARGE, OTHERS = 10_000, 1_000_000, [2000] * 10
LOOKS_UP = {"Index Scan", "Index Only Scan"}
NEVER = {"Sort", "Incremental Sort", "Seq Scan", "Bitmap Heap Scan", "Hash Join", "Merge Join", "Materialize"}
STATEMENTS = {query.name: query.sql for query in statements.everything().values()}


@dataclass(frozen=True)
class Look:
    """A statement with its arguments."""

    statement: str
    arguments: Sequence[object]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where everything is."""

    database: Database
    small: Crowd
    large: Crowd
    trash: BucketId


@dataclass(frozen=True)
class Plan:
    """How a statement is carried out."""

    root: Mapping[str, Any] = field(repr=False)

    @property
    def nodes(self) -> Iterator[Mapping[str, Any]]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", [])
            yield node

    @property
    def kinds(self) -> set[str]:
        return {node["Node Type"] for node in self.nodes}

    @property
    def touched(self) -> int:
        """Pages of memory, each as often as it was looked at."""
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    @property
    def rows(self) -> int:
        return int(self.root["Actual Rows"])


def heads(statement: str, crowd: Crowd, prefix: str = "", behind: str = "", *arguments: object) -> Look:
    keys = page_range(prefix, "", behind)
    return Look(statement, [crowd.bucket, keys.first, keys.before or _BEHIND_ALL, 1000, *arguments])


def folders(crowd: Crowd, prefix: str = "", behind: str = "") -> Look:
    keys = page_range(prefix, "/", behind)
    return Look("page_folders", [crowd.bucket, keys.first, keys.before or _BEHIND_ALL, 1000, len(prefix), "/", beyond("/")])


def ranked(crowd: Crowd, order: Order, falling: bool, *, owner: UUID | None = None, prefix: str = "") -> Look:
    query, first = _RANKED[order, falling]
    keys = page_range(prefix, "", "")
    bounds = keys.first, keys.before or _BEHIND_ALL
    return Look(query.name, [crowd.bucket, first, _BEHIND_ALL if falling else "", *bounds, owner, 1000])


def looks(crowd: Crowd) -> Mapping[str, Look]:
    wants: Mapping[str, Any] = {"": {}, " of a rare owner": {"owner": crowd.rare}, " of a rare prefix": {"prefix": "f0007/k0000"}}
    every_rank = {
        f"by {order}{' falling' * falling}{name}": ranked(crowd, order, falling, **wanted)
        for order in Order
        for falling in (False, True)
        for name, wanted in wants.items()
    }
    return {
        "the first page": heads("page_heads", crowd),
        "a page in the middle": heads("page_heads", crowd, "", "f0500/"),
        "a page of a prefix": heads("page_heads", crowd, "f05"),
        "a page of a prefix that nothing has": heads("page_heads", crowd, "nothing"),
        "a page of an owner": heads("page_heads_of", crowd, "", "", crowd.owner),
        "a page of a rare owner": heads("page_heads_of", crowd, "", "", crowd.rare),
        "a page of folders": folders(crowd),
        "a page of folders in the middle": folders(crowd, "", "f0500/"),
        "a page in a folder": folders(crowd, "f0007/"),
        "a page of no folders": folders(crowd, "nothing/"),
        **every_rank,
    }


def single_looks(place: Place) -> Mapping[str, Look]:
    """That answer with a row or a handful, in a bucket full of trash too."""
    key = "f0007/k0000007"
    return {
        "a name": Look("find_heads", [[place.large.bucket], [key]]),
        "a version": Look("find_version", [place.trash, "k1", hashlib.md5(f"{place.trash}1".encode()).hexdigest()]),
        "versions of a name": Look("page_versions", [place.trash, "k7", 1 << 40, 1000]),
        "whether a bucket is empty": Look("holds_content", [place.trash]),
        "whether a crowded one is": Look("holds_content", [place.large.bucket]),
    }


NAMES = list(looks(Crowd(BucketId(UUID(int=0)), 0, UserId(UUID(int=0)), UserId(UUID(int=0)))))


@pytest.fixture(scope="module")
def place(template: Database) -> Place:
    return asyncio.run(_filled(template))


@pytest.fixture
async def connection(place: Place) -> AsyncIterator[Connection]:
    async with connected(place.database.owner_dsn) as found:
        yield found


@pytest.mark.parametrize("generic", [False, True], ids=["a plan for these values", "a plan for all values"])
@pytest.mark.parametrize("name", NAMES)
async def test_a_page_touches_as_much_in_a_bucket_a_hundred_times_as_large(
    place: Place, connection: Connection, name: str, generic: bool
) -> None:
    small, large = [await explained(connection, looks(crowd)[name], generic=generic) for crowd in (place.small, place.large)]
    for plan in (small, large):
        assert plan.kinds & NEVER == set()
        assert plan.kinds & LOOKS_UP
    told = max(1, large.rows / max(1, small.rows))
    assert large.touched <= max(1.5 * told * small.touched, 20)
    assert large.touched <= 7 * 1000 + 100


@pytest.mark.parametrize("generic", [False, True], ids=["a plan for these values", "a plan for all values"])
async def test_a_look_up_touches_a_few_pages(place: Place, connection: Connection, generic: bool) -> None:
    for name, look in single_looks(place).items():
        plan = await explained(connection, look, generic=generic)
        assert plan.kinds & {"Seq Scan", "Bitmap Heap Scan", "Hash Join", "Merge Join"} == set(), name
        assert plan.touched <= 16, name


async def test_a_page_of_what_is_rare_ends_after_some_thousand_heads(place: Place, connection: Connection) -> None:
    for order in Order:
        plan = await explained(connection, ranked(place.large, order, False, owner=place.large.rare))
        [looked_at] = [node for node in plan.nodes if node["Node Type"] == "Index Scan"]
        assert (looked_at["Actual Rows"], plan.rows) == (5000, 1)


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("order", Order)
async def test_pages_of_what_is_rare_find_all_of_it_in_the_end(place: Place, order: Order, falling: bool) -> None:
    crowd, found, after, turns = place.small, 0, None, 0
    async with opened(place.database.service_dsn) as pool:
        catalog = PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())
        while turns == 0 or after:
            page = await catalog.page_ranked(crowd.bucket, order, falling=falling, after=after, owner=crowd.rare, limit=1000)
            found, after, turns = found + len(page.heads), page.more, turns + 1
    assert (found, turns) == (4, 3)


async def explained(connection: Connection, look: Look, *, generic: bool = False) -> Plan:
    """The plan of a statement, as it is carried out."""
    await connection.execute(f"SET jit = off; SET plan_cache_mode = force_{'generic' if generic else 'custom'}_plan")
    await connection.execute(f"PREPARE look AS {STATEMENTS[look.statement]}")
    arguments = ", ".join([await _literal(connection, each) for each in look.arguments])
    told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look({arguments})")
    await connection.execute("DEALLOCATE look")
    return Plan(json.loads(told)[0]["Plan"])


async def _literal(connection: Connection, value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    if isinstance(value, list):
        value = "{" + ",".join(map(str, value)) + "}"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return str(await connection.fetchval("SELECT quote_literal($1)", text))


async def _filled(template: Database) -> Place:
    database = await create_copy(template)
    async with connected(database.owner_dsn) as owner:
        small, large, *_ = await crowds(owner, SMALL, LARGE, *OTHERS)
        return Place(database=database, small=small, large=large, trash=await trash(owner, 50_000))
