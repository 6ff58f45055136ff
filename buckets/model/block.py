"""Blocks: bytes are summed up as they come in and checked as they leave, so many at a time."""

from dataclasses import dataclass

from buckets.model.blob import Extent, Span

BLOCK = 64 << 10
"""Blobs are divided into blocks of this many bytes, the last one may be shorter. Each has a sum: its CRC32C."""

SUM = 4
"""Bytes of a sum, the most significant first."""


def blocks_of(span: Span) -> range:
    """The numbers of the blocks that a run of a blob's bytes touches."""
    return range(span.offset // BLOCK, -(-span.end // BLOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedExtent:
    """An extent with what it takes to check it: how large its blob is, and the sums of the blocks that it touches."""

    extent: Extent
    blob_size: int
    sums: bytes

    @property
    def run(self) -> Span:
        """The part of the blob that can be checked: whole blocks, up to the blob's end."""
        blocks = blocks_of(self.extent.span)
        start = blocks.start * BLOCK
        return Span(start, min(blocks.stop * BLOCK, self.blob_size) - start)

    @property
    def is_whole(self) -> bool:
        """Whether the blob holds the extent, and each of its blocks has a sum."""
        return self.extent.span.end <= self.blob_size and len(self.sums) == SUM * len(blocks_of(self.extent.span))
