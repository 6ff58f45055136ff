"""Doing several things at once, and not more than that."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

AT_ONCE = 4


async def several(items: AsyncIterator[T], work: Callable[[T], Awaitable[None]]) -> None:
    """The work on each item. The next are asked for only when there is somebody to work on them; the first failure ends all."""
    turn = asyncio.Lock()
    end: Any = object()

    async def worker() -> None:
        while True:
            async with turn:
                item = await anext(items, end)
            if item is end:
                return
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
