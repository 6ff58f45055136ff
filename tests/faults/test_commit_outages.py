"""PostgreSQL goes, or falls silent, in the middle of a COMMIT: a write is done once or not at all, and nobody waits for ever."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGQUIT

import pytest

from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError
from buckets.model.commit import Committed
from buckets.service import committer
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.faults.committing import Stage, staged, until_one_is_blocked
from tests.faults.proxy import Chosen, Fault, is_commit, speaks_of
from tests.fixtures.databases import Database, _create_template, connected
from tests.fixtures.stack import running

DAWDLE = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Stage]:
    async with staged(database) as stage:
        yield stage


async def test_a_backend_that_is_ended_while_it_commits_costs_nobody_the_write(at: Stage) -> None:
    item = await at.item("k")
    await at.change(DAWDLE)
    async with connected(at.dsn) as other:
        await other.execute("SELECT pg_advisory_lock(7)")
        putting = asyncio.create_task(at.committer.put("put", item))
        assert await until_one_is_blocked(at.dsn, by=other.get_server_pid()) == "COMMIT;"
        await other.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query = 'COMMIT;'")
        await other.execute("SELECT pg_advisory_unlock(7)")
        head = (await putting).head
    assert head.version != item.version
    assert await at.written("k") == [head.version]
    await at.assert_sound()


@pytest.mark.parametrize("when", [is_commit, speaks_of("BEGIN")], ids=["COMMIT", "BEGIN"])
async def test_a_catalog_that_falls_silent_costs_time_and_nothing_else(database: Database, when: Chosen) -> None:
    async with staged(database, statement=1.0) as at:
        item = await at.item("k")
        at.proxy.arm(Fault.BLACKHOLE, when)
        [outcome] = await asyncio.gather(at.committer.commit(item), return_exceptions=True)
        assert isinstance(outcome, Committed | CatalogBusy)
        assert await at.written("k") == ([outcome.head.version] if isinstance(outcome, Committed) else [])
        await at.assert_sound()


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOSE_ANSWER])
async def test_a_catalog_that_stays_away_is_a_refusal_and_a_second_try_is_charged_once(
    at: Stage, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the first was carried out nobody can say now; it is whole in either case."""
    monkeypatch.setattr(committer, "_PAUSES", (0.0,))
    items = [await at.item(f"{number}") for number in range(4)]
    at.proxy.arm(fault)
    at.proxy.refusing = True

    outcomes = await asyncio.gather(*(at.committer.commit(item) for item in items), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [CatalogUnavailable] * 4
    at.proxy.refusing = False
    await at.assert_sound()
    again = await asyncio.gather(*(at.put(item.key, b"again") for item in items))
    for item, head in zip(items, again, strict=True):
        assert await at.head(item.key) == head
        assert (await at.written(item.key))[-1] == head.version
    await at.assert_sound()


async def test_an_immediate_restart_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    async with restartable(tmp_path) as (database, restart), staged(database) as at:
        item = await at.item("k")
        await at.change(DAWDLE)
        async with connected(at.dsn) as other:
            await other.execute("SELECT pg_advisory_lock(7)")
            putting = asyncio.gather(at.committer.commit(item), return_exceptions=True)
            await until_one_is_blocked(at.dsn, by=other.get_server_pid())
            await restart()
        [outcome] = await putting
        assert isinstance(outcome, Committed | StorageError)
        assert await at.written("k") == ([outcome.head.version] if isinstance(outcome, Committed) else [])
        await at.assert_sound()


@asynccontextmanager
async def restartable(data: Path) -> AsyncIterator[tuple[Database, Callable[[], Awaitable[None]]]]:
    """A database on a server of its own, which loses what it has not written down whenever it is told to."""
    server = PostgresServer(DataDirectory(data))

    async def restart() -> None:
        assert server.pid
        os.kill(server.pid, SIGQUIT)
        await server.ended()
        await server.restart()

    with running(server):
        yield await _create_template(server), restart
