"""Whether a server is worth asking."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from buckets.errors import SessionsUnavailable

_LOG = logging.getLogger(__name__)

Ask: TypeAlias = Callable[[], Awaitable[None]]
Pause: TypeAlias = Callable[[float], Awaitable[None]]


class Breaker:
    """Once a server has failed it is away, and one task asks for it until it answers: nobody else waits for that."""

    def __init__(self, ask: Ask, *, every: float, pause: Pause) -> None:
        self._ask = ask
        self._every = every
        self._pause = pause
        self._here = asyncio.Event()
        self._here.set()
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        return not self._here.is_set()

    def trip(self, reason: str) -> None:
        """It has failed."""
        if not self.is_away:
            _LOG.warning("redis is away: %s", reason)
            self._here.clear()
            self._asking = asyncio.create_task(self._ask_until_here())

    async def here(self) -> None:
        """Wait until it is worth asking."""
        await self._here.wait()

    async def close(self) -> None:
        if self._asking:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking

    async def _ask_until_here(self) -> None:
        try:
            while not await self._answers():
                await self._pause(self._every)
            _LOG.info("redis is here again")
        finally:  # also when it ends in a way that nobody foresaw: the next command will find out
            self._here.set()

    async def _answers(self) -> bool:
        try:
            await self._ask()
        except SessionsUnavailable:
            return False
        return True
