"""Doing the same with many things, some at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
_AT_ONCE = 16


async def side_by_side(work: Callable[[T], Awaitable[None]], things: Iterable[T], *, at_once: int = _AT_ONCE) -> None:
    """Until all are done, or the first has failed; nothing is begun after that, and what was begun has ended."""
    rest = iter(things)

    async def one_after_the_other() -> None:
        for thing in rest:
            await work(thing)

    workers = [asyncio.create_task(one_after_the_other()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
