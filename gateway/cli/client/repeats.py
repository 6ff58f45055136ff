"""Trying again: a few times, ever later, and never sooner than the service asks for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.cli.client.errors import Failure

T = TypeVar("T")

PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each further attempt."""
LONGEST = 60.0
"""A service that asks for more is not waited for."""


async def repeated(
    attempt: Callable[[], Awaitable[T]], *, allowed: Callable[[], bool] = lambda: True, progress: Callable[[], int] = lambda: 0
) -> T:
    """What an attempt returns, as long as failures may pass. Whoever has come further since the last one begins to count anew."""
    pauses, before = iter(PAUSES), progress()
    while True:
        try:
            return await attempt()
        except Failure as failure:
            if progress() > before:
                pauses, before = iter(PAUSES), progress()
            pause = next(pauses, None)
            if pause is None or failure.again is None or failure.again > LONGEST or not allowed():
                raise
            await asyncio.sleep(max(pause, failure.again))
