"""What every implementation of `Attempts` promises."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from buckets.ports import Attempts
from tests.factories.values import IDS

WINDOW = timedelta(minutes=10)


class AttemptsSuite:
    """A subclass supplies the fixture `processes`: two of them that know of each other, or the same one twice."""

    @pytest.fixture
    def name(self) -> str:
        return f"password:email:{IDS.uuid7()}@example.org"

    async def test_attempts_are_counted_wherever_they_are_made(self, processes: Sequence[Attempts], name: str) -> None:
        counted = [(await process.count(name, within=WINDOW)).attempts for process in (*processes, *processes)]
        assert counted == [1, 2, 3, 4]

    async def test_a_window_is_open_for_as_long_as_its_first_attempt_says(self, processes: Sequence[Attempts], name: str) -> None:
        first = await processes[0].count(name, within=WINDOW)
        second = await processes[1].count(name, within=timedelta(hours=9))
        assert timedelta() < second.remaining <= first.remaining <= WINDOW

    async def test_names_have_nothing_to_do_with_each_other(self, processes: Sequence[Attempts], name: str) -> None:
        await processes[0].count(name, within=WINDOW)
        for other in (f"{name}x", name.upper(), f"{name}\n", "é", "\ud800", ""):
            assert (await processes[0].count(f"{IDS.uuid7()}{other}", within=WINDOW)).attempts == 1

    async def test_none_of_many_at_once_is_missed(self, processes: Sequence[Attempts], name: str) -> None:
        counted = await asyncio.gather(*(processes[number % 2].count(name, within=WINDOW) for number in range(40)))
        assert max(each.attempts for each in counted) == 40
