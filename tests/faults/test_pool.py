"""The pool under load: bounded waits, exact accounts, lanes that do not starve each other; and what it tells and measures."""

import asyncio
import logging
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from buckets.catalog.pool import Lane, Pool, widths
from buckets.catalog.statements import Query
from buckets.errors import BrokenSetting, CatalogBusy, CatalogUnavailable, StorageError
from gateway.system import SystemClock
from tests.fixtures.databases import Database, connected
from tests.fixtures.meters import RecordingMeter
from tests.fixtures.pools import ADD, HELLO, SLEEP, WAIT, opened, pid_of, until_one_waits_for


async def test_two_hundred_callers_on_ten_connections_finish_or_are_told_to_come_back(
    database: Database, meter: RecordingMeter
) -> None:
    async def call(pool: Pool, lane: Lane) -> str:
        try:
            await pool.rows(SLEEP, 0.2, lane=lane)
        except CatalogBusy:
            return "busy"
        return "done"

    async with opened(database.service_dsn, meter, maximum=10, acquire=0.5) as pool:
        calls = [call(pool, lane) for _ in range(50) for lane in (Lane.LOOKUP, Lane.COMMIT, Lane.OTHER, Lane.OTHER)]
        outcomes = Counter(await asyncio.wait_for(asyncio.gather(*calls), timeout=30))

        assert outcomes["done"] + outcomes["busy"] == 200
        assert outcomes["done"] >= 10
        assert outcomes["busy"] >= 100
        assert len(meter.observations) == outcomes["done"]
        state = pool.state()
        assert (state.waiting, state.idle, state.max) == (0, state.size, 10)
        assert state.size <= 10


async def test_a_lane_that_is_full_leaves_the_others_their_connections(database: Database) -> None:
    async with opened(database.service_dsn, maximum=10, acquire=0.1) as pool, AsyncExitStack() as held:
        for _ in range(widths(10)[Lane.OTHER]):
            await held.enter_async_context(pool.transaction())

        with pytest.raises(CatalogBusy):
            await pool.row(HELLO)
        assert await pool.row(HELLO, lane=Lane.LOOKUP)
        async with pool.transaction(Lane.COMMIT) as session:
            assert await session.row(HELLO)


async def test_who_waits_is_counted(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3) as pool:
        async with pool.transaction():
            waiting = [asyncio.create_task(pool.row(HELLO)) for _ in range(5)]
            await pool.row(HELLO, lane=Lane.LOOKUP)
            assert pool.state().waiting == 5
        await asyncio.gather(*waiting)
        assert pool.state().waiting == 0


@pytest.mark.parametrize("maximum", range(3, 30))
def test_the_lanes_together_are_all_connections(maximum: int) -> None:
    lanes = widths(maximum)

    assert sum(lanes.values()) == maximum
    assert min(lanes.values()) >= 1
    assert max(lanes[Lane.LOOKUP], lanes[Lane.COMMIT]) <= 2


async def test_fewer_connections_than_lanes_are_refused(database: Database) -> None:
    with pytest.raises(BrokenSetting, match="at least 3"):
        await Pool.open(RecordingMeter(), SystemClock(), dsn=database.service_dsn, maximum=2)


@pytest.mark.every_postgres
async def test_a_connection_says_who_it_is_and_keeps_its_limits(database: Database) -> None:
    settings = Query("settings", "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)")
    expected = {
        "application_name": "seawall",
        "TimeZone": "UTC",
        "jit": "off",
        "statement_timeout": "2500",
        "idle_in_transaction_session_timeout": "2500",
        "client_connection_check_interval": "1000",
    }

    async with opened(database.service_dsn, statement=2.5) as pool:
        rows = await pool.rows(settings, list(expected))

    assert {row["name"]: row["setting"] for row in rows} == expected


async def test_a_statement_that_takes_too_long_is_ended_and_its_connection_kept(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1, statement=0.1) as pool:
        before = await pid_of(pool)

        with pytest.raises(CatalogBusy):
            await pool.rows(SLEEP, 60)

        assert await pid_of(pool) == before


async def test_every_query_is_timed_under_its_name(pool: Pool, meter: RecordingMeter) -> None:
    await pool.row(HELLO)
    async with pool.transaction() as session:
        await session.run(ADD, "123456789012")

    assert [seen.labels["query"] for seen in meter.observations] == ["hello", "begin", "add", "commit"]
    assert {seen.name for seen in meter.observations} == {"seawall_catalog_query_seconds"}
    assert all(seen.seconds > 0 for seen in meter.observations)


async def test_a_slow_query_is_logged_by_its_name_without_its_arguments(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    echo = Query("echo", "SELECT $1::text AS word")

    with caplog.at_level(logging.DEBUG):
        async with opened(database.service_dsn, slow=0) as pool:
            await pool.row(echo, "a secret")
        async with opened(database.service_dsn, slow=60) as pool:
            await pool.row(HELLO)

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("buckets.catalog")]
    assert len(lines) == 1
    assert lines[0].startswith("The query echo took ")
    assert "secret" not in caplog.text


async def test_closing_waits_for_a_running_query(database: Database) -> None:
    pool = await Pool.open(RecordingMeter(), SystemClock(), dsn=database.service_dsn)
    async with connected(database.owner_dsn) as owner:
        await owner.execute("SELECT pg_advisory_lock(7)")
        running = asyncio.create_task(pool.rows(WAIT, 7))
        await until_one_waits_for(7, database.owner_dsn)
        closing = asyncio.create_task(pool.close())
        await owner.execute("SELECT pg_advisory_unlock(7)")

        assert len(await running) == 1
        await closing
    with pytest.raises(CatalogUnavailable):
        await pool.row(HELLO)


async def test_closing_does_not_wait_for_ever(database: Database) -> None:
    pool = await Pool.open(RecordingMeter(), SystemClock(), dsn=database.service_dsn, acquire=0.2, statement=600)
    async with connected(database.owner_dsn) as owner:
        await owner.execute("SELECT pg_advisory_lock(7)")
        endless = asyncio.create_task(pool.rows(WAIT, 7))
        await until_one_waits_for(7, database.owner_dsn)

        await asyncio.wait_for(pool.close(), timeout=30)

    with pytest.raises(StorageError):
        await endless
