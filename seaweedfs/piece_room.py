"""Memory for pieces of blobs that are held until they are stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from seaweedfs.gate import Gate
from seaweedfs.locator import LEAST_POWER, power_of

_FRACTION = 16
"""Of what is left, that the pieces of one put may be as large as: so nobody can leave others without."""

_SMALLEST = 5
"""How often a piece may be halved for that: very many of them make a blob slow to read."""


class PieceRoom:
    """Promises each put the room for one piece, from its first byte to its last, and lends it more while there is some left.

    Who has been promised some never waits for others: the piece that is filled is stored, whatever they do, and makes room for its
    successor. The less is left to promise, the smaller the pieces of those who come.
    """

    def __init__(self, gate: Gate, *, largest: int) -> None:
        self.largest = largest
        self._gate = gate
        self._most = power_of(largest)
        self._least = min(max(LEAST_POWER, self._most - _SMALLEST), gate.room.bit_length() - 1)
        self._promised = 0

    @asynccontextmanager
    async def share(self) -> AsyncIterator["Share"]:
        """A put's own; StoreBusy when there is none in time."""
        power = self._power()
        self._promised += 1 << power
        try:
            await self._gate.enter(1 << power)
            share = Share(self._gate, power)
            try:
                yield share
            finally:
                share.close()
        finally:
            self._promised -= 1 << power

    def _power(self) -> int:
        """What was lent does not count: it comes back soon."""
        left = max(0, self._gate.room - self._promised)
        return min(self._most, max(self._least, (left // _FRACTION).bit_length() - 1))


class Share:
    """The room of one put: for the piece that is being filled, and for each that is on its way."""

    def __init__(self, gate: Gate, power: int) -> None:
        self.power = power
        self.size = 1 << power
        self._gate = gate
        self._closed = False
        self._may_fill = asyncio.Event()
        self._may_fill.set()

    def send(self, storing: "asyncio.Task[Any]") -> None:
        """The piece that was filled is on its way and keeps its room until that has ended; there may be some for another."""
        storing.add_done_callback(self._sent)
        if not self._gate.try_enter(self.size):
            self._may_fill.clear()

    async def room_to_fill(self) -> None:
        """Wait until another piece can be filled: when one that is on its way has come to its end, at the latest."""
        await self._may_fill.wait()

    def close(self) -> None:
        """Nothing is filled any more."""
        self._closed = True
        if self._may_fill.is_set():
            self._gate.leave(self.size)

    def _sent(self, _: "asyncio.Task[Any]") -> None:
        if self._closed or self._may_fill.is_set():
            self._gate.leave(self.size)
        else:
            self._may_fill.set()
