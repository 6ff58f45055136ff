"""So much at a time, in the order of coming."""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from buckets.errors import StoreBusy
from seaweedfs.gate import Gate


def gate(room: int, *, queue: int = 10, patience: float = 60) -> Gate:
    return Gate(room=room, queue=queue, patience=patience)


async def waiting(work: Gate, weight: int = 1) -> "asyncio.Task[None]":
    """Somebody at the gate, as soon as he waits."""
    task = asyncio.create_task(work.enter(weight))
    await asyncio.sleep(0)
    return task


async def test_who_finds_room_enters() -> None:
    work = gate(3)
    await work.enter(2)
    await work.enter(1)
    assert (work.taken, work.waiting) == (3, 0)


async def test_who_finds_none_waits_until_there_is() -> None:
    work = gate(2)
    await work.enter(2)
    second = await waiting(work)
    assert not second.done()
    work.leave(2)
    await second
    assert work.taken == 1


async def test_nobody_overtakes_a_heavy_one() -> None:
    work = gate(3)
    await work.enter(2)
    heavy, light = await waiting(work, 3), await waiting(work, 1)
    assert (heavy.done(), light.done(), work.waiting) == (False, False, 2)
    work.leave(2)
    await heavy
    assert not light.done()
    work.leave(3)
    await light


async def test_a_full_queue_sends_away_at_once() -> None:
    work = gate(1, queue=1)
    await work.enter()
    second = await waiting(work)
    with pytest.raises(StoreBusy):
        await work.enter()
    work.leave()
    await second


async def test_patience_has_an_end() -> None:
    work = gate(1, patience=0.01)
    await work.enter()
    with pytest.raises(StoreBusy):
        await work.enter()
    assert (work.taken, work.waiting) == (1, 0)


async def test_what_never_fits_is_sent_away() -> None:
    with pytest.raises(StoreBusy):
        await gate(3).enter(4)


async def test_who_goes_away_makes_place_for_those_behind() -> None:
    work = gate(3)
    await work.enter(2)
    heavy, light = await waiting(work, 3), await waiting(work, 1)
    heavy.cancel()
    await light
    assert (work.taken, work.waiting) == (3, 0)


async def test_who_is_let_in_and_goes_away_at_the_same_moment_leaves_no_gap() -> None:
    work = gate(1)
    await work.enter()
    second, third = await waiting(work), await waiting(work)
    work.leave()
    second.cancel()
    await third
    assert (work.taken, work.waiting) == (1, 0)


async def test_who_goes_away_and_is_let_in_at_the_same_moment_leaves_no_gap() -> None:
    work = gate(1)
    await work.enter()
    second, third = await waiting(work), await waiting(work)
    second.cancel()
    work.leave()
    await third
    assert (work.taken, work.waiting) == (1, 0)


class Crowd(RuleBasedStateMachine):
    """Many who come, wait, go away and leave, in any order."""

    ROOM = 5

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.gate = gate(self.ROOM, queue=4)
        self.people: dict[asyncio.Task[None], int] = {}

    @rule(weight=st.integers(1, 5))
    def come(self, weight: int) -> None:
        self.people[self.loop.create_task(self.gate.enter(weight))] = weight

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def go_away(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(list(self.people))).cancel()

    @rule()
    def time_passes(self) -> None:
        self.loop.run_until_complete(asyncio.sleep(0))

    @precondition(lambda self: self.inside())
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        task = data.draw(st.sampled_from(self.inside()))
        self.gate.leave(self.people.pop(task))

    @invariant()
    def never_too_full(self) -> None:
        assert 0 <= self.gate.taken <= self.ROOM
        assert sum(self.people[task] for task in self.inside()) <= self.gate.taken

    def inside(self) -> list["asyncio.Task[None]"]:
        return [task for task in self.people if task.done() and not task.cancelled() and not task.exception()]

    def teardown(self) -> None:
        while pending := [task for task in self.people if not task.done()]:
            for task in self.inside():
                self.gate.leave(self.people.pop(task))
            self.loop.run_until_complete(asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED, timeout=1))
            assert self.inside() or not [task for task in pending if not task.done()], "somebody waits although there is room"
        assert self.gate.taken == sum(self.people[task] for task in self.inside())
        assert self.gate.waiting == 0
        self.loop.close()


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
