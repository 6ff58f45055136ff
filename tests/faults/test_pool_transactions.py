"""Transactions end as they should, or their connection ends: never is one left open for the next caller."""

import asyncio
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any

import pytest

from buckets.catalog.pool import Lane, Pool
from buckets.catalog.statements import Query
from buckets.errors import CatalogUnavailable, NoSuchBucket, OutcomeUnknown
from tests.fixtures.databases import Connection, Database, connected, superuser_dsn
from tests.fixtures.pools import ADD, HELLO, SLEEP, WAIT, accounts, kill_unnoticed, opened, pid_of, until_one_waits_for

WRONG = Query("wrong", "SELECT 1 / (length($1) - length($1))")
LATE = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
"""
OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def add_and_raise(pool: Pool, error: BaseException | type[BaseException]) -> None:
    async with pool.transaction() as session:
        await session.run(ADD, "123456789012")
        raise error


async def add_two(pool: Pool, number: int) -> None:
    async with pool.transaction() as session:
        await session.row(WAIT, 7)
        await session.run(ADD, f"{number:011}1")
        await session.rows(HELLO)
        await session.run(ADD, f"{number:011}2")


async def test_what_a_transaction_wrote_stays_when_it_ends(pool: Pool) -> None:
    await add_two(pool, 1)

    assert await accounts(pool) == 2


async def test_a_refusal_of_ours_rolls_back_and_keeps_the_connection(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        before = await pid_of(pool)

        with pytest.raises(NoSuchBucket):
            await add_and_raise(pool, NoSuchBucket("photos"))

        assert await pid_of(pool) == before
        assert await accounts(pool) == 0


@pytest.mark.parametrize("way_out", [ValueError, TimeoutError, KeyboardInterrupt, asyncio.CancelledError, GeneratorExit])
async def test_any_other_way_out_of_a_transaction_ends_its_connection(database: Database, way_out: type[BaseException]) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        before = await pid_of(pool)

        with pytest.raises(way_out):
            await add_and_raise(pool, way_out)

        assert await pid_of(pool) != before
        assert await accounts(pool) == 0


async def test_a_failed_statement_ends_its_transaction_even_when_its_error_is_swallowed(database: Database) -> None:
    async def swallow(pool: Pool) -> None:
        async with pool.transaction() as session:
            await session.run(ADD, "123456789012")
            with pytest.raises(CatalogUnavailable):
                await session.row(WRONG, "x")

    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        before = await pid_of(pool)

        with pytest.raises(CatalogUnavailable, match="a statement of the transaction had failed"):
            await swallow(pool)

        assert await pid_of(pool) != before
        assert await accounts(pool) == 0


async def test_a_failed_statement_outside_of_a_transaction_keeps_its_connection(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool:
        before = await pid_of(pool)

        with pytest.raises(CatalogUnavailable, match="it reported 22012"):
            await pool.row(WRONG, "x")

        assert await pid_of(pool) == before


async def test_a_commit_whose_answer_never_came_is_told_from_a_transaction_that_was_not_committed(database: Database) -> None:
    async def add(pool: Pool, *, killed: bool) -> None:
        async with pool.transaction() as session:
            if killed:
                kill_unnoticed(database, await pid_of(session))
            await session.run(ADD, "123456789012")

    async with opened(database.service_dsn) as pool, connected(database.owner_dsn) as owner:
        await owner.execute(LATE)
        await owner.execute("SELECT pg_advisory_lock(7)")
        committing = asyncio.create_task(add(pool, killed=False))
        kill_unnoticed(database, await until_one_waits_for(7, database.owner_dsn))
        with pytest.raises(OutcomeUnknown):
            await committing
        with pytest.raises(CatalogUnavailable):
            await add(pool, killed=True)


@types.coroutine
def cancelled_at(wait: int, work: Awaitable[object]) -> Generator[Any, None, object]:
    """Run the work in this task, and cancel the task as the work waits for the n-th time."""
    task = asyncio.current_task()
    assert task is not None
    inner = work.__await__()
    error: BaseException | None = None
    while True:
        try:
            awaited = inner.throw(error) if error else inner.send(None)
        except StopIteration as end:
            return end.value
        wait -= 1
        if wait == 0:
            asyncio.get_running_loop().call_soon(task.cancel)
        try:
            yield awaited
            error = None
        except BaseException as thrown:  # noqa: BLE001 - handed to the work
            error = thrown


async def cancelled_at_each_wait(work: Callable[[], Awaitable[object]]) -> AsyncIterator[int]:
    """Cancel the work at its first wait, then at its second, and so on, until it has no more waits than that."""
    wait = 0
    cancelled = True
    while cancelled:
        wait += 1
        task = asyncio.ensure_future(cancelled_at(wait, work()))
        await asyncio.wait([task])
        cancelled = task.cancelled()
        if not cancelled:
            task.result()
        yield wait


async def until_no_transaction_is_open(probe: Connection) -> None:
    """A backend whose connection ended may take a moment to see it; a transaction left open would stay."""
    async with asyncio.timeout(30):
        while await probe.fetchval(OPEN):
            pass


async def test_cancelling_a_transaction_at_any_wait_leaves_no_transaction_open(database: Database) -> None:
    numbers = iter(range(1000))
    wait = before = 0
    async with (
        opened(database.service_dsn, maximum=3, minimum=1, acquire=10, statement=600) as pool,
        connected(superuser_dsn(database.server, database.name)) as probe,
    ):
        async for wait in cancelled_at_each_wait(lambda: add_two(pool, next(numbers))):
            await until_no_transaction_is_open(probe)
            found = await accounts(pool)
            assert found in (before, before + 2), f"half a transaction, cancelled at wait {wait}"
            before = found
            assert pool.state().waiting == 0
    assert wait > 6
    assert before >= 2


async def test_cancelling_a_query_at_any_wait_gives_its_place_back(database: Database) -> None:
    wait = 0
    async with opened(database.service_dsn, maximum=3, minimum=1, acquire=10) as pool:
        async for wait in cancelled_at_each_wait(lambda: pool.rows(SLEEP, 0.01)):
            assert await pool.row(HELLO), f"cancelled at wait {wait}"
            assert pool.state().size <= 3
    assert wait > 1


async def test_a_query_that_was_given_up_takes_its_connection_along(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3, minimum=1) as pool, connected(database.owner_dsn) as owner:
        before = await pid_of(pool)
        await owner.execute("SELECT pg_advisory_lock(7)")
        asking = asyncio.create_task(pool.rows(WAIT, 7))
        assert await until_one_waits_for(7, database.owner_dsn) == before
        asking.cancel()
        await asyncio.wait([asking])

        assert await pid_of(pool) != before


async def test_cancelling_who_waits_for_a_connection_takes_nothing_from_the_others(database: Database) -> None:
    async with opened(database.service_dsn, maximum=3) as pool:
        async with pool.transaction():
            waiting = [asyncio.create_task(pool.row(HELLO)) for _ in range(6)]
            await pool.row(HELLO, lane=Lane.LOOKUP)
            for task in waiting[::2]:
                task.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)

        assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False] * 3
        assert pool.state().waiting == 0
        assert await pool.row(HELLO)


async def test_a_transaction_that_was_given_up_lets_go_of_its_locks_soon(database: Database) -> None:
    async def wait_for_two(pool: Pool) -> None:
        async with pool.transaction() as session:
            await session.row(WAIT, 7)
            await session.row(WAIT, 8)

    async with (
        opened(database.service_dsn, statement=600) as pool,
        connected(database.owner_dsn) as holder,
        connected(database.owner_dsn) as next_in_line,
    ):
        await holder.execute("SELECT pg_advisory_lock(8)")
        waiting = asyncio.create_task(wait_for_two(pool))
        await until_one_waits_for(8, database.owner_dsn)
        waiting.cancel()
        await asyncio.wait([waiting])

        await asyncio.wait_for(next_in_line.execute("SELECT pg_advisory_lock(7)"), timeout=30)
