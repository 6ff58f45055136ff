"""A blob on its way out."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from buckets.errors import BlobCorrupt, StoreBusy
from buckets.model.blob import Span
from seaweedfs.bucket import Bucket
from seaweedfs.client import Exchange

_RESUMPTIONS = 2
_AHEAD = 4 << 20
"""Bytes before the end of a piece at which the next is asked for: so late that a slow reader does not tire the server with it."""


class Reading:
    """A span of one object. An answer that breaks off is taken up again where it ended, at another endpoint perhaps."""

    def __init__(self, bucket: Bucket, name: str, span: Span) -> None:
        self._bucket = bucket
        self._name = name
        self._rest = span
        self._exchange: Exchange | None = None
        self._resumptions = _RESUMPTIONS

    @property
    def left(self) -> int:
        return self._rest.length

    async def begin(self) -> None:
        """Ask for it; what is missing or too short is known from the head of the answer."""
        self._exchange = await self._bucket.get(self._name, self._rest)

    async def chunk(self) -> bytes:
        """What comes next, nothing after the last."""
        while self._rest.length:
            if chunk := await self._received():
                self._rest = Span(self._rest.offset + len(chunk), self._rest.length - len(chunk))
                return chunk
        return b""

    def close(self) -> None:
        if self._exchange:
            self._exchange.close()
            self._exchange = None

    async def _received(self) -> bytes:
        """Nothing when it broke off and was begun again."""
        if self._exchange is None:
            raise StoreBusy
        try:
            chunk = await self._exchange.chunk()
        except StoreBusy:
            await self._resume()
            return b""
        if not 0 < len(chunk) <= self._rest.length:
            raise BlobCorrupt(self._name)
        return chunk

    async def _resume(self) -> None:
        self.close()
        if not self._resumptions:
            raise StoreBusy
        self._resumptions -= 1
        await self.begin()


class Chain:
    """Readings one after the other. The next is begun before the one before it has ended."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings
        self._next: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        if self._readings:
            await self._readings[0].begin()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for number, reading in enumerate(self._readings):
            if self._next:
                await self._next
                self._next = None
            while chunk := await reading.chunk():
                self._look_ahead(reading, number + 1)
                yield chunk
            reading.close()

    async def close(self) -> None:
        if self._next:
            self._next.cancel()
            await asyncio.wait((self._next,))
            if not self._next.cancelled():
                self._next.exception()
        for reading in self._readings:
            reading.close()

    def _look_ahead(self, reading: Reading, number: int) -> None:
        if not self._next and reading.left <= _AHEAD and number < len(self._readings):
            self._next = asyncio.create_task(self._readings[number].begin())
