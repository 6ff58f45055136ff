"""Blobs in memory: the reference implementation of the store."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from buckets.errors import BlobCorrupt, BlobMissing, IncompleteBody, StoreUnavailable
from buckets.model.blob import Span, Stored
from buckets.names import BlobId

_PIECE = 64 << 10


class MemoryBlobStore:
    """Immutable blobs in a dictionary, by locator."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        content = await _whole(body, size)
        locator = _locator(blob)
        if locator in self.blobs:
            raise StoreUnavailable("the blob's name is in use")
        self.blobs[locator] = content
        return _stored(locator, content)

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        content = self._load(locator)
        if span.end > len(content):
            raise BlobCorrupt(locator)
        yield _pieces(content[span.offset : span.end])

    async def stat(self, locator: str) -> int:
        return len(self._load(locator))

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        for blob, locator in blobs:
            self.blobs.pop(locator or _locator(blob), None)

    async def walk(self) -> AsyncIterator[Stored]:
        for locator, content in sorted(self.blobs.items()):
            yield _stored(locator, content)

    async def check(self) -> None:
        """Memory always answers."""

    def _load(self, locator: str) -> bytes:
        if locator not in self.blobs:
            raise BlobMissing(locator)
        return self.blobs[locator]


def _locator(blob: BlobId) -> str:
    return f"memory/{blob}"


def _stored(locator: str, content: bytes) -> Stored:
    return Stored(locator=locator, size=len(content), md5=hashlib.md5(content, usedforsecurity=False).digest())


async def _whole(body: AsyncIterator[bytes], size: int | None) -> bytes:
    content = bytearray()
    async for chunk in body:
        content += chunk
        if size is not None and len(content) > size:
            break
    if size is not None and len(content) != size:
        raise IncompleteBody(size, len(content))
    return bytes(content)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]
