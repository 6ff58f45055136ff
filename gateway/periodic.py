"""What each process does for itself again and again, as long as it lives."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

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
    tasks = [asyncio.create_task(_keep_up(chore)) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
