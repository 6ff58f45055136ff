"""Letting in so much at a time."""

import asyncio
from collections import deque
from contextlib import suppress

from buckets.errors import StoreBusy


class Gate:
    """Room for so much at a time. Those who find none wait for their turn, but only so many and so long: the rest is StoreBusy."""

    def __init__(self, *, room: int, queue: int, patience: float) -> None:
        self.room = room
        self._free = room
        self._queue = queue
        self._patience = patience
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()

    @property
    def taken(self) -> int:
        return self.room - self._free

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def enter(self, weight: int = 1) -> None:
        """Take up some of the room, until `leave` is called with the same weight."""
        if self.try_enter(weight):
            return
        if weight > self.room or len(self._waiting) >= self._queue:
            raise StoreBusy
        await self._wait(asyncio.get_running_loop().create_future(), weight)

    def try_enter(self, weight: int = 1) -> bool:
        """The same for who does not wait: whether there was room."""
        enters = not self._waiting and weight <= self._free
        if enters:
            self._free -= weight
        return enters

    def leave(self, weight: int = 1) -> None:
        self._free += weight
        self._let_in()

    async def _wait(self, turn: "asyncio.Future[None]", weight: int) -> None:
        self._waiting.append((turn, weight))
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:
            self._withdraw(turn, weight)
            if isinstance(error, TimeoutError):
                raise StoreBusy from error
            raise

    def _withdraw(self, turn: "asyncio.Future[None]", weight: int) -> None:
        """Who was let in at the very moment of going away gives the room back; others may fit now that a heavy one is gone."""
        if turn.done() and not turn.cancelled():
            self._free += weight
        else:
            with suppress(ValueError):  # it was passed over already
                self._waiting.remove((turn, weight))
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._waiting[0][1] <= self._free:
            turn, weight = self._waiting.popleft()
            if not turn.done():
                self._free -= weight
                turn.set_result(None)
