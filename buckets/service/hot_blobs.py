"""Bytes that were read a moment ago. Blobs never change and their names are used once: what is held here cannot be stale.

What is held is not proven: whoever reads it holds it against its sums, as if it had come from the store this moment, and has it
forgotten when it is wrong.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

from buckets.errors import BlobCorrupt, StoreBusy
from buckets.model.blob import Span
from buckets.names import BlobId
from buckets.ports import BlobStore, Meter
from buckets.service.block_check import part_of

READS = "seawall_cache_reads_total"
"""By result: a hit finds it there, a join finds it on its way, a miss fetches it, a pass reads it from the store as it is."""

BYTES = "seawall_cache_bytes"

_PORTION = 256 << 10
"""Bytes that are given out at once: a reader who takes nothing of it keeps no more than that."""

_Key: TypeAlias = tuple[BlobId, Span]


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of a blob's bytes that is held as one, or not at all."""

    blob: BlobId
    locator: str
    span: Span

    @property
    def key(self) -> _Key:
        return self.blob, self.span


class HotBlobs:
    """A bounded part of the store, held in memory: what was not asked for longest goes first.

    `room` is for all bytes together, those on their way and those that somebody still reads among them. What is longer than
    `largest`, or finds no room, is read from the store as it is.
    """

    def __init__(self, store: BlobStore, meter: Meter, *, room: int, largest: int = 8 << 20) -> None:
        self._store = store
        self._meter = meter
        self._room = room
        self._largest = min(largest, room)
        self._held: OrderedDict[_Key, _Fetch] = OrderedDict()
        self._fetching: set[asyncio.Task[None]] = set()
        self.taken = 0
        meter.gauge(BYTES, lambda: self.taken)

    def portions(self, unit: Unit) -> Sequence[bytes] | None:
        """The bytes of a unit, if all of them are held."""
        fetch = self._held.get(unit.key)
        if fetch is None or not fetch.complete:
            return None
        self._held.move_to_end(unit.key)
        self._meter.count(READS, result="hit")
        return fetch.portions

    async def read(self, unit: Unit, wanted: Span) -> AsyncGenerator[bytes, None]:
        """A part of a unit. However many read it at the same time, the store is asked once.

        A unit that is not held is not fetched for a part of it: the part alone is read.
        """
        fetch = self._found(unit) or (self._begun(unit) if wanted == unit.span else None)
        if fetch is None:
            self._meter.count(READS, result="pass")
            async with self._store.open(unit.locator, wanted) as chunks:
                async for chunk in chunks:
                    yield chunk
        else:
            async with aclosing(fetch.follow(Span(wanted.offset - unit.span.offset, wanted.length))) as portions:
                async for portion in portions:
                    yield portion

    def forget(self, blob: BlobId) -> None:
        """What is held of a blob is wrong."""
        for key in [key for key in self._held if key[0] == blob]:
            self._drop(key)

    def _found(self, unit: Unit) -> "_Fetch | None":
        fetch = self._held.get(unit.key)
        if fetch:
            self._held.move_to_end(unit.key)
            self._meter.count(READS, result="hit" if fetch.complete else "join")
        return fetch

    def _begun(self, unit: Unit) -> "_Fetch | None":
        if unit.span.length > self._largest or not self._made_room(unit.span.length):
            return None
        self._meter.count(READS, result="miss")
        self._held[unit.key] = fetch = _Fetch()
        self.taken += unit.span.length
        task = asyncio.get_running_loop().create_task(self._fetch(unit, fetch))
        self._fetching.add(task)
        task.add_done_callback(self._fetching.discard)
        return fetch

    async def _fetch(self, unit: Unit, fetch: "_Fetch") -> None:
        """Whoever began it may have left: others follow it, or will, and learn what went wrong, whatever it is."""
        fault: Exception = StoreBusy()
        try:
            async with self._store.open(unit.locator, unit.span) as chunks:
                await fetch.draw(chunks, unit.span.length)
        except Exception as error:  # noqa: BLE001  # it is raised where somebody waits for the bytes
            fault = error
        finally:
            if not fetch.complete:
                fetch.fail(fault)
                if self._held.get(unit.key) is fetch:
                    self._drop(unit.key)

    def _made_room(self, length: int) -> bool:
        while self.taken + length > self._room:
            oldest = next((key for key, fetch in self._held.items() if fetch.is_idle), None)
            if oldest is None:
                return False
            self._drop(oldest)
        return True

    def _drop(self, key: _Key) -> None:
        del self._held[key]
        self.taken -= key[1].length


class _Fetch:
    """A unit that is on its way, or has come. Any number of readers follow it."""

    __slots__ = ("_grown", "_readers", "complete", "fault", "portions")

    def __init__(self) -> None:
        self.portions: list[bytes] = []
        self.complete = False
        self.fault: Exception | None = None
        self._readers = 0
        self._grown = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether it can go: nobody is at it."""
        return self.complete and not self._readers

    async def draw(self, chunks: AsyncIterator[bytes], length: int) -> None:
        """All of it, no less and no more."""
        waiting, size = list[bytes](), 0
        async for chunk in chunks:
            length -= len(chunk)
            if length < 0:
                raise BlobCorrupt("")
            waiting.append(chunk)
            size += len(chunk)
            if size >= _PORTION:
                self._grow(waiting)
                waiting, size = [], 0
        if length:
            raise BlobCorrupt("")
        self.complete = True
        self._grow(waiting)

    def fail(self, fault: Exception) -> None:
        self.fault = fault
        self._grow([])

    async def follow(self, wanted: Span) -> AsyncGenerator[bytes, None]:
        """A part of it, as far as it has come and as it comes."""
        number, start = 0, 0
        self._readers += 1
        try:
            while start < wanted.end:
                while number == len(self.portions):
                    await self._more()
                portion = self.portions[number]
                if part := part_of(portion, start, wanted):
                    yield part
                number, start = number + 1, start + len(portion)
        finally:
            self._readers -= 1

    async def _more(self) -> None:
        if self.fault:
            raise self.fault
        await self._grown.wait()

    def _grow(self, chunks: Sequence[bytes]) -> None:
        if chunks:
            self.portions.append(chunks[0] if len(chunks) == 1 else b"".join(chunks))
        self._grown.set()
        self._grown = asyncio.Event()
