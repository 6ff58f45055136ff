"""A store that takes on only so much at a time."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore
from seaweedfs.gate import Gate


class LimitedBlobStore:
    """Bounds how many puts and opens are under way; who finds no room in time gets Busy."""

    def __init__(self, store: BlobStore, *, puts: Gate, opens: Gate) -> None:
        self._store = store
        self._puts = puts
        self._opens = opens

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        async with _inside(self._puts):
            return await self._store.put(blob, body, size=size)

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        async with _inside(self._opens), self._store.open(locator, span) as chunks:
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
async def _inside(gate: Gate) -> AsyncIterator[None]:
    await gate.enter()
    try:
        yield
    finally:
        gate.leave()
