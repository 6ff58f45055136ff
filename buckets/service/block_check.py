"""Blocks that are checked one by one as their bytes come by."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

from buckets.errors import BlobCorrupt
from buckets.model.blob import Span
from buckets.model.block import BLOCK, SUM, SummedExtent

Crc: TypeAlias = Callable[[bytes | memoryview, int], int]


class BlockCheck:
    """Takes the chunks of an extent's run and lets go of what is proven; BlobCorrupt when it cannot be.

    A chunk waits until every block that it touches has been found right. So nothing is copied but at the ends of what is wanted,
    and no more is held than the chunks that one block is spread over.
    """

    def __init__(self, summed: SummedExtent, crc: Crc) -> None:
        span, run = summed.extent.span, summed.run
        self._crc = crc
        self._sums = summed.sums
        self._length = run.length
        self._wanted = Span(span.offset - run.offset, span.length)
        self._held: deque[bytes] = deque()
        self._released = 0
        self._seen = 0
        self._proven = 0
        self._sum = 0
        _require(summed.is_whole)

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """What can be handed on now that this chunk is here."""
        self._held.append(chunk)
        self._see(chunk)
        while self._held and self._released + len(self._held[0]) <= self._proven:
            whole = self._held.popleft()
            part = part_of(whole, self._released, self._wanted)
            self._released += len(whole)
            if part:
                yield part

    def end(self) -> None:
        """There are no more chunks."""
        _require(self._proven == self._length)

    def _see(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            _require(self._seen < self._length)
            left = min(self._proven + BLOCK, self._length) - self._seen
            part, rest = rest[:left], rest[left:]
            self._sum = self._crc(part, self._sum)
            self._seen += len(part)
            if len(part) == left:
                self._prove()

    def _prove(self) -> None:
        """A block is complete."""
        at = self._proven // BLOCK * SUM
        _require(self._sum == int.from_bytes(self._sums[at : at + SUM], "big"))
        self._proven = self._seen
        self._sum = 0


def part_of(chunk: bytes, start: int, wanted: Span) -> bytes:
    """What is wanted of a chunk that begins there; all of it is not copied."""
    return chunk[max(wanted.offset - start, 0) : max(wanted.end - start, 0)]


def _require(right: bool) -> None:
    if not right:
        raise BlobCorrupt("")  # whose bytes they are, the reader knows
