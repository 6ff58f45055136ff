"""Objects over several blobs, put together past the write path, and the reads of them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.meter import MemoryMeter
from buckets.model.blob import Blob, Extent, Span
from buckets.model.block import BLOCK, SUM
from buckets.model.commit import Committed, PutItem
from buckets.model.version import Content
from buckets.names import BlobId, ObjectKey
from buckets.ports import BlobStore
from buckets.ranges import ByteRange
from buckets.service.hot_blobs import HotBlobs
from buckets.service.read import Reading, ReadObject
from buckets.service.verified import VerifiedBytes
from gateway.ingest.digests import StreamChecksums
from tests.factories import values
from tests.factories.bodies import body, broken
from tests.suites import checksums

KEY = ObjectKey("k")
CHECKSUMS = StreamChecksums()
Parts: TypeAlias = Sequence[tuple[int, Span]]
"""Of an object: in which of its blobs they lie, and where there."""


class ChoppyStore(MemoryBlobStore):
    """Gives its blobs in chunks of any size, as many bytes of them as it likes, and knows who is still reading."""

    def __init__(self, sizes: Sequence[int] = (4 * BLOCK,)) -> None:
        super().__init__()
        self.sizes = sizes
        self.less = 0
        self.given = 0
        self.chunks: list[bytes] = []
        self.reading = 0
        self.fault: Exception | None = None

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        content = self._load(locator)[span.offset : max(span.offset, span.end - self.less)]
        self.reading += 1
        try:
            yield self._chunks(content)
        finally:
            self.reading -= 1

    async def _chunks(self, content: bytes) -> AsyncIterator[bytes]:
        self.chunks = checksums.cut(content, self.sizes)
        async for chunk in broken(*self.chunks, fault=self.fault) if self.fault else body(*self.chunks):
            self.given += len(chunk)
            yield chunk


@dataclass(kw_only=True)
class Library:
    """A bucket with one object, and its readers. The limits are so low that few bytes show what happens to many."""

    store: BlobStore = field(default_factory=MemoryBlobStore)
    catalog: MemoryCatalog = field(default_factory=lambda: MemoryCatalog(ids=values.IDS, clock=values.ManualClock()))
    meter: MemoryMeter = field(default_factory=MemoryMeter)
    small: int = 2 * BLOCK
    page: int = 2
    room: int = 0

    def __post_init__(self) -> None:
        self.owner = values.user()
        self.bucket = values.bucket(self.owner)
        self.catalog.buckets[self.bucket.name] = self.bucket
        self.hot = HotBlobs(self.store, self.meter, room=self.room)
        verified = VerifiedBytes(
            objects=self.catalog, blobs=self.hot, checksums=CHECKSUMS, meter=self.meter, small=self.small, page=self.page
        )
        self.reader = ReadObject(objects=self.catalog, verified=verified)

    async def put(self, blobs: Sequence[bytes], parts: Parts | None = None) -> PutItem:
        """Let the object consist of parts of new blobs, or of these blobs whole."""
        rows = [await self._store(name, content) async for name, content in self._named(blobs)]
        parts = [(blob, Span(0, row.size)) for blob, row in enumerate(rows)] if parts is None else parts
        item = values.put_item(self.bucket, KEY, b"", owner=self.owner, name=None)
        extents = [_extent(rows[blob], span) for blob, span in parts]
        item = replace(item, content=_content(item.content, _together(blobs, parts)), blobs=rows, extents=extents)
        [outcome] = await self.catalog.commit([item])
        assert isinstance(outcome, Committed)
        return item

    @asynccontextmanager
    async def open(self, span: Span | None = None) -> AsyncIterator[Reading]:
        wanted = ByteRange(span.offset, span.end - 1) if span else None
        async with await self.reader.open(self.bucket, KEY, lambda _: wanted) as reading:
            yield reading

    async def read(self, span: Span | None = None, into: list[bytes] | None = None) -> bytes:
        """All that is handed on; `into` has it too when the read fails."""
        chunks = [] if into is None else into
        async with self.open(span) as reading:
            async for chunk in reading.chunks:
                chunks.append(chunk)
        return b"".join(chunks)

    @property
    def rot(self) -> float:
        return self.meter.counted("seawall_rot_total")

    async def _named(self, blobs: Sequence[bytes]) -> AsyncIterator[tuple[BlobId, bytes]]:
        await self.catalog.ensure_placement(values.PLACEMENT)
        lease = await self.catalog.lease_blobs(
            placement="default", holder=self.owner.id, count=len(blobs), lasting=timedelta(hours=1)
        )
        for name, content in zip(lease, blobs, strict=True):
            yield name, content

    async def _store(self, name: BlobId, content: bytes) -> Blob:
        stored = await self.store.put(name, body(content), size=len(content))
        return replace(values.blob(name, self.owner, len(content)), locator=stored.locator, sums=b"".join(_sums(content)))


def rot(store: MemoryBlobStore, extent: Extent, place: int, change: int = 1) -> None:
    content = store.blobs[extent.locator]
    store.blobs[extent.locator] = content[:place] + bytes([content[place] ^ change]) + content[place + 1 :]


def _sums(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), BLOCK):
        yield CHECKSUMS.crc32c(content[start : start + BLOCK]).to_bytes(SUM, "big")


def _together(blobs: Sequence[bytes], parts: Parts) -> bytes:
    return b"".join(blobs[blob][span.offset : span.end] for blob, span in parts)


def _content(like: Content, whole: bytes) -> Content:
    """Its CRC32C is that of the whole; the others nobody looks at."""
    return replace(like, size=len(whole), digests=replace(like.digests, crc32c=CHECKSUMS.crc32c(whole)))


def _extent(row: Blob, span: Span) -> Extent:
    return Extent(blob=row.id, placement=row.placement, locator=row.locator, span=span)
