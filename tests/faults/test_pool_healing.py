"""Backends and servers die, and the pool heals by itself."""

import asyncio
import os
import socket
from collections.abc import Iterator
from signal import SIGQUIT

import pytest

from buckets.catalog.pool import Lane, Pool, widths
from buckets.catalog.statements import Query
from buckets.errors import CatalogUnavailable
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from gateway.system import SystemClock
from tests.fixtures.databases import Database, connected, superuser_dsn
from tests.fixtures.meters import RecordingMeter
from tests.fixtures.pools import ADD, HELLO, SLEEP, WAIT, accounts, kill_unnoticed, opened, pid_of, until_one_waits_for

ALL = Query("all", "SELECT pid FROM pg_stat_activity WHERE usename = current_user")
EVERY_PLACE = [lane for lane, width in widths(10).items() for _ in range(width)]


async def test_a_backend_that_died_idle_is_replaced_without_anybody_noticing(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        before = await pid_of(pool)
        kill_unnoticed(database, before)

        assert await pid_of(pool) != before


async def test_a_read_is_asked_again_on_a_connection_that_is_new(database: Database) -> None:
    async with opened(database.service_dsn, minimum=5) as pool:
        before = {row["pid"] for row in await pool.rows(ALL)}
        kill_unnoticed(database, await pid_of(pool))

        assert await pid_of(pool) not in before


async def test_ten_backends_that_died_idle_are_replaced_without_anybody_noticing(database: Database) -> None:
    async with opened(database.service_dsn, maximum=10, minimum=10) as pool:
        before = {row["pid"] for row in await pool.rows(ALL)}
        assert len(before) == 10
        kill_unnoticed(database, *before)

        await asyncio.gather(*(pool.row(HELLO, lane=lane) for lane in EVERY_PLACE))

        assert before.isdisjoint(row["pid"] for row in await pool.rows(ALL))


async def test_what_changes_something_is_not_asked_twice(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        kill_unnoticed(database, await pid_of(pool))

        with pytest.raises(CatalogUnavailable):
            await pool.run(ADD, "123456789012")

        await pool.run(ADD, "123456789012")
        assert await accounts(pool) == 1


async def test_a_read_whose_backend_dies_under_it_is_asked_once_more(database: Database) -> None:
    async with opened(database.service_dsn) as pool, connected(database.owner_dsn) as owner:
        await owner.execute("SELECT pg_advisory_lock(7)")
        asking = asyncio.create_task(pool.rows(WAIT, 7))
        kill_unnoticed(database, await until_one_waits_for(7, database.owner_dsn))
        await until_one_waits_for(7, database.owner_dsn)
        await owner.execute("SELECT pg_advisory_unlock(7)")

        assert len(await asking) == 1


async def test_a_read_whose_backend_dies_twice_fails(database: Database) -> None:
    async with opened(database.service_dsn) as pool, connected(database.owner_dsn) as owner:
        await owner.execute("SELECT pg_advisory_lock(7)")
        asking = asyncio.create_task(pool.rows(WAIT, 7))
        for _ in range(2):
            kill_unnoticed(database, await until_one_waits_for(7, database.owner_dsn))

        with pytest.raises(CatalogUnavailable, match="the connection broke"):
            await asking
        assert await pool.row(HELLO)


async def test_a_backend_that_dies_amid_a_transaction_takes_it_along_and_is_replaced(database: Database) -> None:
    async def interrupted(pool: Pool) -> None:
        async with pool.transaction() as session:
            await session.run(ADD, "123456789012")
            kill_unnoticed(database, await pid_of(session))
            await session.run(ADD, "223456789012")

    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        with pytest.raises(CatalogUnavailable):
            await interrupted(pool)

        assert await accounts(pool) == 0
        async with pool.transaction() as session:
            await session.run(ADD, "123456789012")
        assert await accounts(pool) == 1


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that nobody else works on."""
    server = PostgresServer(DataDirectory(tmp_path_factory.mktemp("mortal")), extra_settings={"fsync": "off"})
    server.start()
    yield server
    server.stop()


async def shut_down_at_once(server: PostgresServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, SIGQUIT)
    await server.ended()


async def test_a_pool_outlives_an_immediate_restart_of_the_server(mortal: PostgresServer) -> None:
    async with opened(superuser_dsn(mortal)) as pool:
        asking = [asyncio.create_task(pool.rows(SLEEP, 60, idempotent=False)) for _ in range(3)]
        await asyncio.gather(*(pool.rows(HELLO, lane=lane) for lane in Lane))
        await shut_down_at_once(mortal)

        for outcome in await asyncio.gather(*asking, return_exceptions=True):
            assert isinstance(outcome, CatalogUnavailable)
        for lane in Lane:
            with pytest.raises(CatalogUnavailable):
                await pool.row(HELLO, lane=lane)
            with pytest.raises(CatalogUnavailable):
                await pool.transaction(lane).__aenter__()

        await mortal.restart()
        for lane in EVERY_PLACE:
            assert await pool.row(HELLO, lane=lane)
            async with pool.transaction(lane) as session:
                assert await session.row(HELLO)


async def test_a_restart_between_two_queries_is_not_noticed_at_all(mortal: PostgresServer) -> None:
    async with opened(superuser_dsn(mortal), minimum=10) as pool:
        await shut_down_at_once(mortal)
        await mortal.restart()

        assert all(await asyncio.gather(*(pool.row(HELLO, lane=lane) for lane in EVERY_PLACE)))


async def test_a_pool_over_a_server_that_is_away_says_so_and_never_says_where(mortal: PostgresServer) -> None:
    await shut_down_at_once(mortal)

    with pytest.raises(CatalogUnavailable) as caught:
        await Pool.open(RecordingMeter(), SystemClock(), dsn=superuser_dsn(mortal))

    assert str(caught.value) == "The catalog did not answer: no connection could be made."
    await mortal.restart()
    async with opened(superuser_dsn(mortal)) as pool:
        assert await pool.row(HELLO)


async def test_opening_a_pool_over_a_server_that_never_answers_ends_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://somebody:secret@127.0.0.1:{silent.getsockname()[1]}/x?sslmode=disable"

        with pytest.raises(CatalogUnavailable, match="no connection could be made in time"):
            await asyncio.wait_for(Pool.open(RecordingMeter(), SystemClock(), dsn=dsn, connect=0.2), timeout=30)
