"""What each process does for itself again and again, as long as it lives."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from buckets.errors import StorageError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so often."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]


@asynccontextmanager
async def kept_up(chores: Sequence[Chore]) -> AsyncIterator[None]:
    """Do the chores until the block is left."""
    async with background(*(_keep_up(chore) for chore in chores)):
        yield


@asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on until the block is left, and has ended then."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                _log.error("background work broke", exc_info=outcome)


async def _keep_up(chore: Chore) -> None:
    """A failure is told, and the next time comes all the same."""
    while True:
        await asyncio.sleep(chore.every.total_seconds())
        try:
            await chore.work()
        except StorageError as fault:
            _log.warning("%s failed: %s", chore.name, fault)
        except Exception:  # noqa: BLE001  # a chore that breaks once may be done the next time
            _log.exception("%s broke", chore.name)
