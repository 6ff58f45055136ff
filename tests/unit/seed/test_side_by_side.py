"""Many things at a time, within bounds, and how that ends."""

import asyncio
from collections.abc import Iterator

import pytest

from buckets.errors import CatalogBusy, StoreFull
from gateway.seed import side_by_side as module
from gateway.seed.side_by_side import AT_ONCE, side_by_side


def never() -> bool:
    return False


async def test_no_more_is_drawn_than_is_worked_on() -> None:
    drawn, released = 0, asyncio.Event()

    def many() -> Iterator[int]:
        nonlocal drawn
        for number in range(10_000):
            drawn += 1
            yield number

    async def work(_: int) -> None:
        await released.wait()

    done = asyncio.create_task(side_by_side(many(), work, stopping=never))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert drawn == AT_ONCE
    released.set()
    await done
    assert drawn == 10_000


async def test_after_a_failure_what_was_begun_is_finished_and_nothing_else_begun() -> None:
    begun, finished = [], []

    async def work(number: int) -> None:
        begun.append(number)
        if number == 10:
            raise StoreFull
        await asyncio.sleep(0)
        finished.append(number)

    with pytest.raises(StoreFull):
        await side_by_side(range(1000), work, stopping=never)
    assert len(begun) <= 2 * AT_ONCE
    assert finished == [number for number in begun if number != 10]


async def test_when_it_is_to_stop_what_was_begun_is_finished() -> None:
    finished: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        finished.append(number)

    await side_by_side(range(1000), work, stopping=lambda: len(finished) >= 5)
    assert AT_ONCE <= len(finished) < 2 * AT_ONCE


async def test_whoever_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES", (0, 0))
    asked: dict[int, int] = {}

    async def work(number: int) -> None:
        asked[number] = asked.get(number, 0) + 1
        if asked[number] < number:
            raise CatalogBusy

    await side_by_side([1, 2, 3], work, stopping=never)
    assert asked == {1: 1, 2: 2, 3: 3}
    with pytest.raises(CatalogBusy):
        await side_by_side([4], work, stopping=never)
