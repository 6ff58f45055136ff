"""Bodies on their way out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from buckets.errors import IncompleteBody

ENOUGH = 64 << 10
"""Bytes that are worth a write of their own."""

_SLICE = 256 << 10


class Counted:
    """A body that ends in IncompleteBody as soon as it is longer or shorter than was said."""

    def __init__(self, body: AsyncIterator[bytes], size: int | None) -> None:
        self._body = body
        self._size = size
        self.received = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        async for chunk in self._body:
            self.received += len(chunk)
            if self._size is not None and self.received > self._size:
                raise IncompleteBody(self._size, self.received)
            if chunk:
                return chunk
        if self._size is not None and self.received != self._size:
            raise IncompleteBody(self._size, self.received)
        raise StopAsyncIteration


class Outgoing:
    """A body that is drawn while it is sent, by whoever sends it.

    The end of it is given out only when it is known to be the end: a body that breaks never arrives whole. The clock runs while the
    other side is waited for, not while the body is drawn.
    """

    def __init__(self, body: AsyncIterator[bytes], *, patience: float) -> None:
        self._body = body
        self._patience = patience
        self._kept: list[bytes] = []
        self._waiting = 0
        self._watch: asyncio.Timeout | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.drawn = False
        self.whole = False
        self.fault: Exception | None = None

    def watched_by(self, watch: asyncio.Timeout | None) -> None:
        """Whom to tell how long to wait."""
        self._watch = watch

    async def settled(self) -> None:
        """Wait until nobody draws any more: who sent it has been stopped, and takes a moment to notice."""
        await self._idle.wait()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self.whole:
            self._wait_for_the_other_side()
            raise StopAsyncIteration
        self.drawn = True
        self._idle.clear()
        try:
            self._wait_for_the_body()
            return await self._gathered()
        except Exception as fault:
            self.fault = fault
            raise
        finally:
            self._idle.set()
            self._wait_for_the_other_side()

    async def _gathered(self) -> bytes:
        """Enough for a write, or the last of it; the chunk behind is kept back until it is known what follows."""
        async for chunk in self._body:
            if chunk and self._waiting >= ENOUGH:
                return self._given_out([chunk])
            self._kept.append(chunk)
            self._waiting += len(chunk)
        self.whole = True
        return self._given_out([])

    def _given_out(self, kept: list[bytes]) -> bytes:
        chunks, self._kept, self._waiting = self._kept, kept, sum(map(len, kept))
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _wait_for_the_body(self) -> None:
        if self._watch:
            self._watch.reschedule(None)

    def _wait_for_the_other_side(self) -> None:
        if self._watch:
            self._watch.reschedule(asyncio.get_running_loop().time() + self._patience)


class Held:
    """A body that is held in memory, in portions that a socket likes."""

    def __init__(self, content: bytes | bytearray) -> None:
        self._rest = memoryview(content)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if not self._rest:
            raise StopAsyncIteration
        portion, self._rest = self._rest[:_SLICE], self._rest[_SLICE:]
        return portion  # type: ignore[return-value]  # as good as bytes for a socket


def outgoing(content: bytes | bytearray, *, patience: float) -> bytes | Outgoing:
    """What is held in memory, as it is best sent: what is small goes with the head of the request."""
    return bytes(content) if len(content) <= ENOUGH else Outgoing(Held(content), patience=patience)
