"""Many things to do, some at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from buckets.errors import Busy, StorageError

T = TypeVar("T")

AT_ONCE = 64
"""As many as share a COMMIT."""

_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


async def side_by_side(things: Iterable[T], work: Callable[[T], Awaitable[None]], *, stopping: Callable[[], bool]) -> None:
    """Do the work for each, taking the next one when there is room for it; raise the first failure.

    After a failure, and when it is to stop, nothing new is begun; what was begun is finished.
    """
    left = iter(things)
    failures: list[StorageError] = []

    async def go_on() -> None:
        for thing in left:
            try:
                await _insistently(work, thing)
            except StorageError as failure:
                failures.append(failure)
            if failures or stopping():
                return

    await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
    if failures:
        raise failures[0]


async def _insistently(work: Callable[[T], Awaitable[None]], thing: T) -> None:
    """A service that is busy with others is given time."""
    for pause in _PAUSES:
        try:
            await work(thing)
        except Busy:
            await asyncio.sleep(pause)
        else:
            return
    await work(thing)
