"""Names that one request has at a time, in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from buckets.ports import Clock, Hold


@dataclass(frozen=True, slots=True)
class _Held:
    hold: Hold
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class MemoryLocks:
    """The `Locks` port. Fences are microseconds of the clock, so that those of another process, or another run, are comparable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._last = 0

    @asynccontextmanager
    async def hold(self, name: str, *, patience: timedelta = timedelta()) -> AsyncIterator[Hold | None]:
        if patience:
            await self._ask(name, patience)
        if name in self._held:
            yield None
            return
        held = self._held[name] = _Held(Hold(fence=self._fence()))
        try:
            yield held.hold
        finally:
            del self._held[name]
            held.ended.set()

    async def _ask(self, name: str, patience: timedelta) -> None:
        """Wait until nobody has the name, or patience is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds()):
                while held := self._held.get(name):
                    held.hold.wanted.set()
                    await held.ended.wait()

    def _fence(self) -> int:
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return self._last
