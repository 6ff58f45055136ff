"""Every byte is checked before it is handed on. One that cannot be proven is never seen by anybody.

A small object is read whole, even when only a part of it is wanted, and held against its own sum, which came with its head. A
larger one is read in whole blocks, each held against the sum that its blob has of it. Those sums are the blobs', which stay a good
while after the last version that refers to them: so they can be fetched page by page, and a reader whose object is overwritten
meanwhile still finishes.
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Extent, Span
from buckets.model.block import BLOCK, blocks_of
from buckets.model.version import Content
from buckets.ports import BlobStore, Checksums, Meter, Objects
from buckets.service.block_check import BlockCheck, part_of

_ROT = (BlobCorrupt, BlobMissing)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBytes:
    """Reads extents out of the store. What is rotten or missing is BlobCorrupt or BlobMissing, by the blob's id, and counted.

    Objects up to `small` are read whole. Of the others' blocks, the sums of a `page` are held at once: of 1 GiB, in 64 KiB.
    """

    objects: Objects
    store: BlobStore
    checksums: Checksums
    meter: Meter
    small: int = 1 << 19
    page: int = 1 << 14

    def needed(self, content: Content, wanted: Span) -> Span:
        """The part of an object whose extents it takes to read a part of it."""
        return Span(0, content.size) if content.size <= self.small else wanted

    def read(self, content: Content, extents: Sequence[Extent], wanted: Span) -> AsyncGenerator[bytes, None]:
        """What is wanted of an object, given the extents of what is `needed`. Closed early, it frees what it holds."""
        return self._whole(content, extents, wanted) if content.size <= self.small else self._by_blocks(extents)

    async def _whole(self, content: Content, extents: Sequence[Extent], wanted: Span) -> AsyncGenerator[bytes, None]:
        chunks = deque([chunk for extent in extents for chunk in await self._exactly(extent)])
        if self._sum(chunks) != content.digests.crc32c:
            rot = BlobCorrupt("")
            self._tell(rot, extents)
            raise rot
        start = 0
        while chunks:
            size, part = len(chunks[0]), part_of(chunks.popleft(), start, wanted)
            start += size
            if part:
                yield part

    async def _by_blocks(self, extents: Sequence[Extent]) -> AsyncGenerator[bytes, None]:
        for page in pages(extents, self.page):
            for summed in await self.objects.load_sums(page):
                try:
                    check = BlockCheck(summed, self.checksums.crc32c)
                    async with self.store.open(summed.extent.locator, summed.run) as chunks:
                        async for chunk in chunks:
                            for proven in check.take(chunk):
                                yield proven
                    check.end()
                except _ROT as rot:
                    self._tell(rot, [summed.extent])
                    raise

    async def _exactly(self, extent: Extent) -> Sequence[bytes]:
        """The bytes of an extent, as many as there should be and not proven yet."""
        held, left = [], extent.span.length
        try:
            async with self.store.open(extent.locator, extent.span) as chunks:
                async for chunk in chunks:
                    held.append(chunk)
                    left -= len(chunk)
                    if left < 0:
                        break
            if left:
                raise BlobCorrupt("")
        except _ROT as rot:
            self._tell(rot, [extent])
            raise
        return held

    def _sum(self, chunks: Iterable[bytes]) -> int:
        total = 0
        for chunk in chunks:
            total = self.checksums.crc32c(chunk, total)
        return total

    def _tell(self, rot: BlobCorrupt | BlobMissing, extents: Iterable[Extent]) -> None:
        """Count it, and call it by the name that an operator looks for: a store knows its own names only."""
        rot.blob = ", ".join(dict.fromkeys(str(extent.blob) for extent in extents))
        self.meter.count("seawall_rot_total")


def pages(extents: Iterable[Extent], size: int) -> Iterator[Sequence[Extent]]:
    """The same extents, cut between blocks where it takes that, so that a page of them touches no more blocks than its size."""
    page: list[Extent] = []
    room = size
    for extent in extents:
        start, end = extent.span.offset, extent.span.end
        while start < end:
            stop = min(end, (start // BLOCK + room) * BLOCK)
            part = Span(start, stop - start)
            page.append(replace(extent, span=part))
            room -= len(blocks_of(part))
            start = stop
            if not room:
                yield page
                page, room = [], size
    if page:
        yield page
