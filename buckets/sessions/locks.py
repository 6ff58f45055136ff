"""Names that one request has at a time, in all processes that share a Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from buckets.errors import SessionsUnavailable
from buckets.ports import Clock, Hold, Ids, Locks
from buckets.sessions.breaker import Pause
from buckets.sessions.link import RedisLink, Word

_ASKED_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLocks:
    """The `Locks` port. While Redis is away each process knows of those `here` only, and its fences are of its own clock.

    A name is kept for `lasting`, and once in `every` seconds its holder prolongs that and learns whether somebody wants it: from
    the name itself, for a message could be missed.
    """

    link: RedisLink
    here: Locks
    ids: Ids
    clock: Clock
    lasting: timedelta = timedelta(seconds=10)
    every: float = 1.0
    pause: Pause = asyncio.sleep

    @asynccontextmanager
    async def hold(self, name: str, *, patience: timedelta = timedelta()) -> AsyncIterator[Hold | None]:
        until = self.clock.monotonic() + patience.total_seconds()
        async with AsyncExitStack() as stack:
            hold = await stack.enter_async_context(self.here.hold(name, patience=patience))
            if hold:
                hold = await stack.enter_async_context(self._hold_everywhere(name, hold, until if patience else None))
            yield hold

    @asynccontextmanager
    async def _hold_everywhere(self, name: str, hold: Hold, until: float | None) -> AsyncIterator[Hold | None]:
        token = self.ids.secret(16).hex()
        try:
            fence = await self._take(name, token, hold, until)
            if fence is None:
                yield None
            else:
                async with self._kept(name, token, hold):
                    yield replace(hold, fence=fence)
        finally:
            with suppress(SessionsUnavailable):
                await self.link.run("release", keys=[_key(name)], args=[token])

    async def _take(self, name: str, token: str, hold: Hold, until: float | None) -> int | None:
        """The fence; None when another has the name, and goes on having it."""
        args: list[Word] = [token, self.lasting, int(until is not None)]
        while True:
            try:
                fence = await self.link.run("take", keys=[_key(name), "fence"], args=args)
            except SessionsUnavailable:
                return hold.fence
            if fence is not None:
                return int(fence)
            if until is None or self.clock.monotonic() >= until:
                return None
            await self.pause(_ASKED_EVERY)

    @asynccontextmanager
    async def _kept(self, name: str, token: str, hold: Hold) -> AsyncIterator[None]:
        ended = asyncio.Event()
        keeping = asyncio.create_task(self._prolong(name, token, hold, ended))
        try:
            yield
        finally:  # a prolongation that overtook the release would take the name again
            ended.set()
            await keeping

    async def _prolong(self, name: str, token: str, hold: Hold, ended: asyncio.Event) -> None:
        while not await _within(self.every, ended):
            with suppress(SessionsUnavailable):
                if await self.link.run("prolong", keys=[_key(name)], args=[token, self.lasting]):
                    hold.wanted.set()


async def _within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _key(name: str) -> str:
    return f"lock:{name}"
