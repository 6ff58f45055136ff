"""Whatever the way to PostgreSQL loses, a write is done once or not at all, and its caller is told which."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGQUIT

import pytest

from buckets.catalog import queries
from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError
from buckets.model.commit import Committed
from buckets.service import committer
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.faults.committing import Stage, staged, until_one_is_blocked
from tests.faults.proxy import Chosen, Fault, is_commit, nth, speaks_of
from tests.fixtures.databases import Database, _create_template, connected
from tests.fixtures.stack import running

VOID = queries.load("commit")["void_operation"].sql


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Stage]:
    """With a connection that knows all statements of a put already."""
    async with staged(database) as stage:
        await stage.put("first", b"first")
        yield stage


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOSE_ANSWER])
async def test_a_connection_that_breaks_at_any_message_of_a_write_costs_nobody_the_write(at: Stage, fault: Fault) -> None:
    number = 0
    tripped = True
    while tripped:
        number += 1
        await at.put("warm", b"every statement is prepared")
        at.proxy.arm(fault, nth(number))
        head = await at.put(f"{number}", b"x" * number)
        tripped = not at.proxy.armed
        at.proxy.disarm()
        assert await at.written(f"{number}") == [head.version]
        assert await at.head(f"{number}") == head
    assert number > 20
    await at.assert_sound()


VOIDED = speaks_of("'void'")
LOST: list[tuple[list[tuple[Fault, Chosen]], type[StorageError] | None]] = [
    ([(Fault.CUT, is_commit)], None),
    ([(Fault.LOSE_ANSWER, is_commit)], None),
    ([(Fault.LOSE_ANSWER, is_commit), (Fault.CUT, VOIDED)], None),
    ([(Fault.LOSE_ANSWER, is_commit), (Fault.LOSE_ANSWER, VOIDED)], None),
    ([(Fault.CUT, is_commit), (Fault.CUT, VOIDED)], None),
    ([(Fault.CUT, is_commit), (Fault.LOSE_ANSWER, VOIDED)], None),
    ([(Fault.CUT, is_commit), (Fault.LOSE_ANSWER, is_commit)], None),
    ([(Fault.CUT, is_commit), (Fault.CUT, is_commit)], CatalogBusy),
    ([(Fault.CUT, is_commit), (Fault.CUT, VOIDED), (Fault.CUT, is_commit), (Fault.LOSE_ANSWER, VOIDED)], CatalogBusy),
]


def told(faults: list[tuple[Fault, Chosen]]) -> str:
    return ", ".join(f"{fault.name} {'COMMIT' if when is is_commit else 'void'}" for fault, when in faults)


@pytest.mark.parametrize(("faults", "refusal"), LOST, ids=[told(faults) for faults, _ in LOST])
@pytest.mark.parametrize("operation", ["create", "overwrite", "delete"])
async def test_whatever_is_lost_around_a_commit_the_caller_learns_what_was_done(
    at: Stage, faults: list[tuple[Fault, Chosen]], refusal: type[StorageError] | None, operation: str
) -> None:
    async def write() -> object:
        if operation == "delete":
            return await at.committer.delete(at.removal("first"))
        return await at.put("first" if operation == "overwrite" else "new", b"second")

    before = await at.head("first")
    for fault, when in faults:
        at.proxy.arm(fault, when)
    if refusal:
        with pytest.raises(refusal):
            await write()
        assert not at.proxy.armed
        assert (await at.head("first"), await at.head("new")) == (before, None)
        await at.assert_sound()
    outcome = await write()
    assert not at.proxy.armed
    key = "new" if operation == "create" else "first"
    assert await at.head(key) == (None if operation == "delete" else outcome)
    assert len(await at.written(key)) == (2 if operation == "overwrite" else 1)
    assert len(await at.ask("SELECT FROM outbox WHERE kind = 'object.removed'")) == (operation == "delete")
    await at.assert_sound()


@pytest.mark.parametrize("arriving", [True, False])
async def test_a_commit_that_is_still_on_its_way_is_waited_for(at: Stage, arriving: bool) -> None:
    item = await at.item("k")
    at.proxy.arm(Fault.HOLD)
    putting = asyncio.create_task(at.committer.put("put", item))

    assert await until_one_is_blocked(at.dsn) == VOID
    assert not putting.done()
    assert await at.head("k") is None
    at.proxy.release(arriving=arriving)
    committed = await putting

    assert (committed.head.version == item.version) is arriving
    assert await at.written("k") == [committed.head.version]
    assert await at.head("k") == committed.head
    await at.assert_sound()


async def test_a_delete_that_is_still_on_its_way_is_waited_for(at: Stage) -> None:
    first = await at.head("first")
    assert first
    at.proxy.arm(Fault.HOLD)
    deleting = asyncio.create_task(at.committer.delete(at.removal("first")))

    assert await until_one_is_blocked(at.dsn) == VOID
    at.proxy.release()

    assert (await deleting).removed == first.version
    assert await at.head("first") is None
    await at.assert_sound()


async def test_a_no_is_final_for_a_write_that_comes_later(at: Stage) -> None:
    item = await at.item("k")

    assert await at.catalog.resolve(item) is None
    with pytest.raises(StorageError):
        await at.catalog.commit([item])

    assert await at.catalog.resolve(item) is None
    assert await at.head("k") is None
    assert await at.written("k") == []
    await at.assert_sound()


async def test_a_no_is_final_for_a_write_that_is_under_way(at: Stage) -> None:
    """It has begun, and not yet written down what would prove that it was carried out."""
    item = await at.item("first")
    before = await at.head("first")
    async with connected(at.dsn) as other:
        async with other.transaction():
            await other.fetch("SELECT FROM head WHERE key = 'first' FOR UPDATE")
            committing = asyncio.create_task(at.catalog.commit([item]))
            await until_one_is_blocked(at.dsn, by=other.get_server_pid())
            assert await at.catalog.resolve(item) is None
        with pytest.raises(CatalogUnavailable):
            await committing
    assert await at.head("first") == before
    await at.assert_sound()


DAWDLE = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


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
    async with staged(database, statement=0.2) as at:
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
