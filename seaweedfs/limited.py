"""A store that takes on only so much at a time."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore
from seaweedfs.gate import Gate


class LimitedBlobStore:
    """Bounds how many puts and opens are under way, and how much memory the puts may take; who finds no room in time gets Busy.

    `heaviest` is what one put takes at most, whatever its size.
    """

    def __init__(self, store: BlobStore, *, puts: Gate, opens: Gate, memory: Gate, heaviest: int) -> None:
        self._store = store
        self._puts = puts
        self._opens = opens
        self._memory = memory
        self._heaviest = min(heaviest, memory.room)

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        weight = self._heaviest if size is None else min(size, self._heaviest)
        async with _inside(self._puts, 1), _inside(self._memory, weight):
            return await self._store.put(blob, body, size=size)

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        async with _inside(self._opens, 1), self._store.open(locator, span) as chunks:
            yield chunks

    async def stat(self, locator: str) -> int:
        return await self._store.stat(locator)

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        await self._store.delete(blobs)

    def walk(self) -> AsyncIterator[Stored]:
        return self._store.walk()

    async def check(self) -> None:
        await self._store.check()


@asynccontextmanager
async def _inside(gate: Gate, weight: int) -> AsyncIterator[None]:
    await gate.enter(weight)
    try:
        yield
    finally:
        gate.leave(weight)
