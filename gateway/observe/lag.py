"""How late the loop is: whatever keeps it from turning keeps everybody waiting."""

import asyncio
from collections.abc import Awaitable, Callable

from buckets.ports import Clock, Meter

_NAP = 0.05


class LoopLag:
    """Sleeps for a moment, and tells by how much longer it was."""

    def __init__(self, meter: Meter, clock: Clock, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._meter = meter
        self._clock = clock
        self._pause = pause

    async def look(self) -> None:
        began = self._clock.monotonic()
        await self._pause(_NAP)
        self._meter.observe("seawall_loop_lag_seconds", max(0.0, self._clock.monotonic() - began - _NAP))
