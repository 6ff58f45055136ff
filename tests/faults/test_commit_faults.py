"""Whatever the way to PostgreSQL loses, a write is done once or not at all, and its caller is told which."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import pytest

from buckets.catalog import statements
from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError
from buckets.model.commit import UNCONDITIONAL, Condition
from tests.faults.committing import Stage, staged, until_one_is_blocked
from tests.faults.proxy import Chosen, Fault, is_commit, nth, speaks_of
from tests.fixtures.databases import Database, connected

VOID = statements.load("commit")["void_operation"].sql


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
Loss: TypeAlias = tuple[Fault, Chosen]
LOST: list[tuple[list[Loss], type[StorageError] | None]] = [
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


def lose(at: Stage, faults: list[Loss]) -> None:
    for fault, when in faults:
        at.proxy.arm(fault, when)


def told(faults: list[Loss]) -> str:
    return ", ".join(f"{fault.name} {'COMMIT' if when is is_commit else 'void'}" for fault, when in faults)


@pytest.mark.parametrize(("faults", "refusal"), LOST, ids=[told(faults) for faults, _ in LOST])
class TestLosses:
    @pytest.mark.parametrize("condition", [UNCONDITIONAL, Condition(absent=True)], ids=["in any case", "if there is none"])
    async def test_a_create_is_done_once_or_refused(
        self, at: Stage, faults: list[Loss], refusal: type[StorageError] | None, condition: Condition
    ) -> None:
        lose(at, faults)
        if refusal:
            with pytest.raises(refusal):
                await at.put("new", b"new", condition)
            assert await at.written("new") == []
        head = await at.put("new", b"new", condition)
        assert not at.proxy.armed
        assert await at.head("new") == head
        assert await at.written("new") == [head.version]
        await at.assert_sound()

    @pytest.mark.parametrize("conditional", [False, True], ids=["in any case", "if it is the same"])
    async def test_an_overwrite_is_done_once_or_refused(
        self, at: Stage, faults: list[Loss], refusal: type[StorageError] | None, conditional: bool
    ) -> None:
        old = await at.put("name", b"old")
        condition = Condition(etag=old.content.digests.etag) if conditional else UNCONDITIONAL
        lose(at, faults)
        if refusal:
            with pytest.raises(refusal):
                await at.put("name", b"new", condition)
            assert await at.head("name") == old
        new = await at.put("name", b"new", condition)
        assert not at.proxy.armed
        assert await at.head("name") == new
        assert await at.written("name") == [old.version, new.version]
        await at.assert_sound()

    async def test_a_delete_is_done_once_or_refused(
        self, at: Stage, faults: list[Loss], refusal: type[StorageError] | None
    ) -> None:
        old = await at.put("name", b"old")
        lose(at, faults)
        if refusal:
            with pytest.raises(refusal):
                await at.committer.delete(at.removal("name"))
            assert await at.head("name") == old
        assert (await at.committer.delete(at.removal("name"))).removed == old.version
        assert not at.proxy.armed
        assert await at.head("name") is None
        assert len(await at.ask("SELECT FROM outbox WHERE kind = 'object.removed'")) == 1
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
