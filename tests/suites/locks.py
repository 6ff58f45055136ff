"""What every implementation of `Locks` promises."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from buckets.ports import Locks
from tests.factories.values import IDS

LONG = timedelta(minutes=5)
SHORT = timedelta(milliseconds=50)
BOUND = 30


class LocksSuite:
    """A subclass supplies the fixture `processes`: two of them that know of each other, or the same one twice."""

    @pytest.fixture
    def name(self) -> str:
        return f"upload:{IDS.uuid7()}"

    async def test_a_name_that_is_held_is_not_given_to_anybody_else(self, processes: Sequence[Locks], name: str) -> None:
        async with processes[0].hold(name) as hold:
            assert hold
            for process in (*processes, *processes):
                async with process.hold(name) as another:
                    assert another is None

    async def test_a_name_that_was_let_go_can_be_held_again(self, processes: Sequence[Locks], name: str) -> None:
        for process in (*processes, *processes):
            async with process.hold(name) as hold:
                assert hold

    async def test_a_holder_that_fails_lets_go(self, processes: Sequence[Locks], name: str) -> None:
        with pytest.raises(ZeroDivisionError):
            async with processes[0].hold(name):
                raise ZeroDivisionError
        async with processes[1].hold(name) as hold:
            assert hold

    async def test_names_have_nothing_to_do_with_each_other(self, processes: Sequence[Locks], name: str) -> None:
        async with processes[0].hold(name) as one, processes[1].hold(f"{name}\n:*") as other:
            assert one
            assert other

    async def test_each_hold_has_a_greater_fence(self, processes: Sequence[Locks], name: str) -> None:
        fences = []
        for process in (*processes, *processes, *processes):
            async with process.hold(name) as hold:
                assert hold
                fences.append(hold.fence)
        assert fences == sorted(set(fences))

    async def test_of_many_at_once_one_holds(self, processes: Sequence[Locks], name: str) -> None:
        tried = asyncio.Barrier(20)

        async def attempt(process: Locks) -> bool:
            async with process.hold(name) as hold:
                await tried.wait()
                return hold is not None

        attempts = [attempt(processes[number % 2]) for number in range(20)]
        assert (await asyncio.wait_for(asyncio.gather(*attempts), BOUND)).count(True) == 1

    @pytest.mark.parametrize("who", [0, 1])
    async def test_who_waits_asks_the_holder_to_let_go_and_has_the_name_then(
        self, processes: Sequence[Locks], name: str, who: int
    ) -> None:
        async def wait() -> int:
            async with processes[who].hold(name, patience=LONG) as hold:
                assert hold
                return hold.fence

        async with processes[0].hold(name) as first:
            assert first
            waiting = asyncio.create_task(wait())
            await asyncio.wait_for(first.wanted.wait(), BOUND)
        assert await asyncio.wait_for(waiting, BOUND) > first.fence

    @pytest.mark.parametrize("who", [0, 1])
    async def test_a_holder_that_does_not_let_go_outlasts_patience(self, processes: Sequence[Locks], name: str, who: int) -> None:
        async with processes[0].hold(name) as first:
            async with processes[who].hold(name, patience=SHORT) as second:
                assert second is None
            async with processes[1].hold(name) as third:
                assert third is None
            assert first

    async def test_who_has_no_patience_asks_nobody_here(self, processes: Sequence[Locks], name: str) -> None:
        async with processes[0].hold(name) as first, processes[0].hold(name):
            assert first
            assert not first.wanted.is_set()

    @pytest.mark.parametrize("who", [0, 1])
    async def test_who_stops_waiting_leaves_nothing_behind(self, processes: Sequence[Locks], name: str, who: int) -> None:
        async with processes[0].hold(name) as first:
            assert first
            waiting = asyncio.create_task(processes[who].hold(name, patience=LONG).__aenter__())
            await asyncio.wait_for(first.wanted.wait(), BOUND)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        for process in processes:
            async with process.hold(name) as hold:
                assert hold
