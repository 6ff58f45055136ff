"""Look-ups share queries; what one of them is told is never older than its question, and a failure is nobody else's."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import pytest

from buckets.catalog.coalesced import Coalescer, LookUp
from buckets.catalog.pool import Lane, Pool, Session
from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError


class Line:
    """Stands where a connection does, and breaks when it is told to."""

    def __init__(self) -> None:
        self.reusable = True


class Lines:
    """Stands where the pool does: connections, as many as it likes to give."""

    def __init__(self) -> None:
        self.open: list[Line] = []
        self.opened = 0
        self.expired = 0
        self.fault: StorageError | None = None

    @asynccontextmanager
    async def session(self, lane: Lane) -> AsyncIterator[Line]:
        assert lane is Lane.LOOKUP
        if self.fault:
            raise self.fault
        self.opened += 1
        line = Line()
        self.open.append(line)
        try:
            yield line
        finally:
            self.open.remove(line)

    async def expire(self) -> None:
        self.expired += 1


class Library:
    """Answers questions out of a dictionary, when it may."""

    def __init__(self) -> None:
        self.says = {"a": 1, "b": 2, "c": 3}
        self.asked: list[list[str]] = []
        self.faults: list[StorageError] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.was_asked = asyncio.Event()

    async def answer(self, session: Session, questions: Sequence[str]) -> Mapping[str, int]:
        self.asked.append(list(questions))
        said = dict(self.says)
        self.was_asked.set()
        await self.may_answer.wait()
        if self.faults:
            fault = self.faults.pop(0)
            cast("Line", session).reusable = fault.__cause__ is None
            raise fault
        return {question: said[question] for question in questions if question in said}


def lost() -> StorageError:
    fault = CatalogUnavailable("the connection broke")
    fault.__cause__ = asyncpg.ConnectionDoesNotExistError()
    return fault


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def look_up(lines: Lines, library: Library) -> LookUp[str, int]:
    return Coalescer(cast("Pool", lines)).look_up(library.answer)


async def crowd(look_up: LookUp[str, int], questions: str) -> list[Any]:
    return await asyncio.gather(*(look_up.find(question) for question in questions), return_exceptions=True)


async def test_who_asks_at_the_same_time_shares_a_query(look_up: LookUp[str, int], library: Library) -> None:
    assert await crowd(look_up, "abcabca?") == [1, 2, 3, 1, 2, 3, 1, None]
    assert library.asked == [["a", "b", "c", "?"]]


async def test_a_question_does_not_join_a_query_that_was_sent(look_up: LookUp[str, int], library: Library) -> None:
    library.may_answer.clear()
    early = asyncio.create_task(look_up.find("a"))
    await library.was_asked.wait()
    library.says["a"] = 4
    late = asyncio.create_task(look_up.find("a"))
    await asyncio.sleep(0)
    library.may_answer.set()
    assert (await early, await late) == (1, 4)
    assert library.asked == [["a"], ["a"]]


async def test_a_connection_is_held_while_there_is_something_to_ask_and_no_longer(
    look_up: LookUp[str, int], library: Library, lines: Lines
) -> None:
    library.may_answer.clear()
    early = asyncio.create_task(look_up.find("a"))
    await library.was_asked.wait()
    late = asyncio.create_task(look_up.find("b"))
    await asyncio.sleep(0)
    library.may_answer.set()
    assert (await early, await late, lines.opened) == (1, 2, 1)
    assert lines.open == []
    assert await look_up.find("c") == 3
    assert lines.opened == 2


async def test_who_leaves_takes_nobody_s_answer_along(look_up: LookUp[str, int], library: Library) -> None:
    library.may_answer.clear()
    leaving, staying = (asyncio.create_task(look_up.find("a")) for _ in range(2))
    await library.was_asked.wait()
    leaving.cancel()
    library.may_answer.set()
    assert await staying == 1
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_query_that_fails_fails_those_who_wait_for_it_and_nobody_afterwards(
    look_up: LookUp[str, int], library: Library
) -> None:
    library.faults = [CatalogBusy()]
    assert [type(outcome) for outcome in await crowd(look_up, "ab")] == [CatalogBusy, CatalogBusy]
    assert await crowd(look_up, "ab") == [1, 2]


async def test_a_query_whose_connection_had_died_is_asked_again_over_another(
    look_up: LookUp[str, int], library: Library, lines: Lines
) -> None:
    library.faults = [lost()]
    assert await crowd(look_up, "ab") == [1, 2]
    assert (library.asked, lines.opened, lines.expired) == ([["a", "b"], ["a", "b"]], 2, 1)


async def test_a_second_connection_that_is_dead_is_the_last(look_up: LookUp[str, int], library: Library) -> None:
    library.faults = [lost(), lost()]
    assert [type(outcome) for outcome in await crowd(look_up, "ab")] == [CatalogUnavailable, CatalogUnavailable]
    assert await crowd(look_up, "ab") == [1, 2]


async def test_without_a_connection_nobody_waits(look_up: LookUp[str, int], lines: Lines) -> None:
    lines.fault = CatalogBusy()
    assert [type(outcome) for outcome in await crowd(look_up, "abc")] == 3 * [CatalogBusy]
    lines.fault = None
    assert await look_up.find("a") == 1


async def test_a_fault_of_the_program_s_own_is_told_and_leaves_nobody_waiting(
    lines: Lines, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Session, __: Sequence[str]) -> Mapping[str, int]:
        raise ZeroDivisionError

    coalescer = Coalescer(cast("Pool", lines))
    with pytest.raises(CatalogUnavailable):
        await coalescer.look_up(broken).find("a")
    assert await coalescer.look_up(library.answer).find("a") == 1
    assert "a look-up broke" in caplog.text


async def test_no_kind_keeps_the_others_waiting(lines: Lines) -> None:
    """Two kinds over one connection take turns, however much of the first there is."""
    coalescer = Coalescer(cast("Pool", lines), lanes=1)
    libraries = [Library(), Library()]
    first, second = (coalescer.look_up(library.answer) for library in libraries)

    async def insist() -> None:
        while not libraries[1].asked:
            await first.find("a")

    await asyncio.wait_for(asyncio.gather(insist(), insist(), second.find("b")), 30)
    assert libraries[1].asked == [["b"]]


async def test_too_many_who_wait_are_sent_away(lines: Lines, library: Library) -> None:
    look_up = LookUp(library.answer, lambda: None, queue=2)
    waiting = [asyncio.create_task(look_up.find(question)) for question in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(CatalogBusy):
        await look_up.find("c")
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_a_long_queue_is_asked_in_portions(lines: Lines, library: Library) -> None:
    coalescer = Coalescer(cast("Pool", lines))
    look_up: LookUp[str, int] = coalescer.look_up(library.answer)
    outcomes = await asyncio.gather(*(look_up.find(str(number)) for number in range(300)))
    assert outcomes == 300 * [None]
    assert [len(asked) for asked in library.asked] == [128, 128, 44]
    assert coalescer.waiting == 0
