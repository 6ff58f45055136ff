"""Every byte is checked before it is handed on. One that cannot be proven is never seen by anybody.

A small object is read whole, even when only a part of it is wanted, and held against its own sum, which came with its head. A
larger one is read in whole blocks, each held against the sum that its blob has of it. Those sums are the blobs', which stay a good
while after the last version that refers to them: so they can be fetched page by page, and a reader whose object is overwritten
meanwhile still finishes.
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Extent, Span
from buckets.model.block import BLOCK, SummedExtent, blocks_of
from buckets.model.version import Content
from buckets.ports import Checksums, Meter, Objects
from buckets.service.block_check import BlockCheck, part_of
from buckets.service.hot_blobs import HotBlobs, Unit

_ROT = (BlobCorrupt, BlobMissing)

AT_ONCE = 256 << 10
"""Bytes that an answer may hold while a client takes its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBytes:
    """Reads extents. What is rotten or missing is BlobCorrupt or BlobMissing, by the blob's id, and counted.

    Objects up to `small` are read whole. Of the others' blocks, the sums of a `page` are held at once: of 1 GiB, in 64 KiB.
    """

    objects: Objects
    blobs: HotBlobs
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

    async def at_once(self, content: Content, extents: Sequence[Extent], wanted: Span) -> bytes | None:
        """The same of what is little: nothing is drawn, and None given, when it is not."""
        if content.size > min(AT_ONCE, self.small):
            return None
        return b"".join(await self._proven(content, extents))[wanted.offset : wanted.end]

    async def _whole(self, content: Content, extents: Sequence[Extent], wanted: Span) -> AsyncGenerator[bytes, None]:
        chunks, start = deque(await self._proven(content, extents)), 0
        while chunks:
            size, part = len(chunks[0]), part_of(chunks.popleft(), start, wanted)
            start += size
            if part:
                yield part

    async def _proven(self, content: Content, extents: Sequence[Extent]) -> Sequence[bytes]:
        """All of a small object."""
        if len(extents) == 1:
            chunks = await self._exactly(extents[0])
        else:
            chunks = [chunk for extent in extents for chunk in await self._exactly(extent)]
        if self._sum(chunks) != content.digests.crc32c:
            rot = BlobCorrupt("")
            self._tell(rot, extents)
            raise rot
        return chunks

    async def _by_blocks(self, extents: Sequence[Extent]) -> AsyncGenerator[bytes, None]:
        for page in pages(extents, self.page):
            for summed in await self.objects.load_sums(page):
                try:
                    check = BlockCheck(summed, self.checksums.crc32c)
                    async with aclosing(self.blobs.read(_blob(summed), summed.run)) as chunks:
                        async for chunk in chunks:
                            for proven in check.take(chunk):
                                yield proven
                    check.end()
                except _ROT as rot:
                    self._tell(rot, [summed.extent])
                    raise

    async def _exactly(self, extent: Extent) -> Sequence[bytes]:
        """The bytes of an extent, as many as there should be and not proven yet."""
        unit = Unit(extent.blob, extent.locator, extent.span)
        held = self.blobs.portions(unit)
        if held is not None:
            return held
        held, left = [], extent.span.length
        try:
            async with aclosing(self.blobs.read(unit, unit.span)) as chunks:
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
        blobs = dict.fromkeys(extent.blob for extent in extents)
        for blob in blobs:
            self.blobs.forget(blob)
        rot.blob = ", ".join(map(str, blobs))
        self.meter.count("seawall_rot_total")


def _blob(summed: SummedExtent) -> Unit:
    """All of the blob that an extent lies in."""
    return Unit(summed.extent.blob, summed.extent.locator, Span(0, summed.blob_size))


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
