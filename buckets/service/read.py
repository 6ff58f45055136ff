"""The one resolver: every read of an object's bytes goes through here."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from buckets import ranges
from buckets.errors import NoSuchObject
from buckets.model.blob import Extent, Span
from buckets.model.bucket import Bucket
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ports import BlobStore, Objects
from buckets.ranges import ByteRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An object, and the part of it whose bytes are on their way."""

    head: Head
    span: Span
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadObject:
    """Finds what a name points to and streams it."""

    objects: Objects
    store: BlobStore

    async def head(self, bucket: Bucket, key: ObjectKey) -> Head:
        head = await self.objects.find_head(bucket.id, key)
        if head is None:
            raise NoSuchObject(bucket.name, key)
        return head

    @asynccontextmanager
    async def open(self, bucket: Bucket, key: ObjectKey, wanted: ByteRange | None = None) -> AsyncIterator[Reading]:
        """The store is not asked before the first chunk is."""
        head = await self.head(bucket, key)
        span = ranges.resolve(wanted, head.content.size)
        async with aclosing(self._stream(ranges.cut(await self.extents(head), span))) as chunks:
            yield Reading(head=head, span=span, chunks=chunks)

    async def extents(self, head: Head) -> Sequence[Extent]:
        """All of what an object consists of."""
        if head.extents <= 1:
            return [head.first] if head.first else []
        return await self.objects.load_extents(head.bucket, head.version)

    async def _stream(self, extents: Iterable[Extent]) -> AsyncGenerator[bytes, None]:
        for extent in extents:
            async with self.store.open(extent.locator, extent.span) as chunks:
                async for chunk in chunks:
                    yield chunk
