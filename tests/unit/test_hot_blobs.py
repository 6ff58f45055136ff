"""What was read a moment ago is read again without the store, and never anything else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckets.errors import BlobCorrupt, BlobMissing, StoreBusy
from buckets.memory.meter import MemoryMeter
from buckets.model.blob import Span
from buckets.model.block import BLOCK
from buckets.names import BlobId
from buckets.service.hot_blobs import BYTES, READS, HotBlobs, Unit
from tests.factories import values
from tests.factories.bodies import body, noise
from tests.factories.stored import ChoppyStore, Library, rot

MIB = 1 << 20


class CountingStore(ChoppyStore):
    """Counts who asks, and answers nobody before it may."""

    def __init__(self) -> None:
        super().__init__([BLOCK])
        self.opened: list[Span] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        self.opened.append(span)
        self.asked.set()
        await self.may_answer.wait()
        async with super().open(locator, span) as chunks:
            yield chunks


class Shelf:
    """Blobs in a store, and what is held of them."""

    def __init__(self, room: int = 4 * MIB, largest: int = MIB) -> None:
        self.store = CountingStore()
        self.meter = MemoryMeter()
        self.hot = HotBlobs(self.store, self.meter, room=room, largest=largest)

    async def put(self, content: bytes) -> Unit:
        name = BlobId(values.IDS.uuid7())
        stored = await self.store.put(name, body(content), size=len(content))
        return Unit(name, stored.locator, Span(0, len(content)))

    async def read(self, unit: Unit, wanted: Span | None = None) -> bytes:
        return b"".join([chunk async for chunk in self.hot.read(unit, wanted or unit.span)])

    def counted(self, result: str) -> float:
        return self.meter.counted(READS, result=result)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


async def test_what_was_read_is_read_again_without_the_store(shelf: Shelf) -> None:
    content = noise(5 * BLOCK + 7)
    unit = await shelf.put(content)
    assert [await shelf.read(unit) for _ in range(3)] == 3 * [content]
    assert shelf.store.opened == [unit.span]
    assert b"".join(shelf.hot.portions(unit) or []) == content
    assert [shelf.counted(result) for result in ("miss", "hit", "join", "pass")] == [1, 3, 0, 0]


async def test_of_many_who_read_at_once_the_store_hears_one(shelf: Shelf) -> None:
    content = noise(3 * BLOCK)
    unit = await shelf.put(content)
    shelf.store.may_answer.clear()
    readers = [asyncio.create_task(shelf.read(unit)) for _ in range(100)]
    await shelf.store.asked.wait()
    shelf.store.may_answer.set()
    assert await asyncio.gather(*readers) == 100 * [content]
    assert len(shelf.store.opened) == 1


async def test_who_leaves_takes_nobody_s_bytes_along(shelf: Shelf) -> None:
    content = noise(3 * BLOCK)
    unit = await shelf.put(content)
    shelf.store.may_answer.clear()
    first, second = (asyncio.create_task(shelf.read(unit)) for _ in range(2))
    await shelf.store.asked.wait()
    first.cancel()
    shelf.store.may_answer.set()
    assert await second == content
    assert len(shelf.store.opened) == 1


@pytest.mark.parametrize("wanted", [Span(0, 1), Span(BLOCK - 1, 2), Span(3 * BLOCK, 5), Span(2 * BLOCK, BLOCK)])
async def test_a_part_of_what_is_held_comes_from_there(shelf: Shelf, wanted: Span) -> None:
    content = noise(3 * BLOCK + 5)
    unit = await shelf.put(content)
    await shelf.read(unit)
    assert await shelf.read(unit, wanted) == content[wanted.offset : wanted.end]
    assert len(shelf.store.opened) == 1


async def test_what_is_not_held_is_not_fetched_for_a_part_of_it(shelf: Shelf) -> None:
    content = noise(3 * BLOCK)
    unit, wanted = await shelf.put(content), Span(BLOCK, 10)
    assert await shelf.read(unit, wanted) == content[wanted.offset : wanted.end]
    assert (shelf.store.opened, shelf.hot.taken, shelf.counted("pass")) == ([wanted], 0, 1)


async def test_what_is_too_long_is_read_as_it_is(shelf: Shelf) -> None:
    content = noise(MIB + 1)
    unit = await shelf.put(content)
    assert [await shelf.read(unit) for _ in range(2)] == 2 * [content]
    assert (len(shelf.store.opened), shelf.hot.taken) == (2, 0)


async def test_without_room_everything_comes_from_the_store() -> None:
    shelf = Shelf(room=0)
    unit = await shelf.put(b"card")
    assert [await shelf.read(unit) for _ in range(2)] == 2 * [b"card"]
    assert (len(shelf.store.opened), shelf.hot.portions(unit)) == (2, None)


async def test_what_was_not_asked_for_longest_goes_first() -> None:
    shelf = Shelf(room=3 * BLOCK)
    units = [await shelf.put(noise(BLOCK)) for _ in range(4)]
    for unit in (*units[:3], units[0], units[3]):
        await shelf.read(unit)
    assert [shelf.hot.portions(unit) is not None for unit in units] == [True, False, True, True]
    assert shelf.meter.gauged(BYTES) == 3 * BLOCK


async def test_what_somebody_still_reads_stays_and_counts() -> None:
    shelf = Shelf(room=10 * BLOCK)
    content = noise(10 * BLOCK)
    read, other = await shelf.put(content), await shelf.put(noise(BLOCK))
    reader = shelf.hot.read(read, read.span)
    begun = await anext(reader)
    await shelf.read(other)
    assert (shelf.hot.portions(other), shelf.hot.taken) == (None, 10 * BLOCK)
    assert b"".join([begun, *[chunk async for chunk in reader]]) == content
    await shelf.read(other)
    assert shelf.hot.portions(other) is not None


async def test_a_fetch_that_fails_fails_those_who_follow_it_and_nobody_afterwards(shelf: Shelf) -> None:
    content = noise(3 * BLOCK)
    unit = await shelf.put(content)
    shelf.store.fault = StoreBusy()
    shelf.store.may_answer.clear()
    readers = [asyncio.create_task(shelf.read(unit)) for _ in range(5)]
    await shelf.store.asked.wait()
    shelf.store.may_answer.set()
    outcomes = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == 5 * [StoreBusy]
    shelf.store.fault = None
    assert (await shelf.read(unit), shelf.hot.taken) == (content, len(content))


@pytest.mark.parametrize("less", [1, BLOCK])
async def test_fewer_bytes_than_there_should_be_are_not_held(shelf: Shelf, less: int) -> None:
    unit = await shelf.put(noise(2 * BLOCK))
    shelf.store.less = less
    with pytest.raises(BlobCorrupt):
        await shelf.read(unit)
    assert (shelf.hot.taken, shelf.hot.portions(unit)) == (0, None)


async def test_a_blob_that_is_missing_is_missing_for_all(shelf: Shelf) -> None:
    unit = replace(await shelf.put(b"card"), locator="nowhere")
    outcomes = await asyncio.gather(*(shelf.read(unit) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == 3 * [BlobMissing]
    assert shelf.hot.taken == 0


async def test_what_is_forgotten_is_fetched_anew(shelf: Shelf) -> None:
    unit = await shelf.put(noise(BLOCK))
    await shelf.read(unit)
    shelf.hot.forget(unit.blob)
    assert shelf.hot.taken == 0
    await shelf.read(unit)
    assert len(shelf.store.opened) == 2


@settings(max_examples=100, deadline=None)
@given(data=st.data(), sizes=st.lists(st.integers(1, 3 * BLOCK), min_size=2, max_size=8), room=st.integers(0, 6 * BLOCK))
async def test_there_is_never_more_than_there_is_room_for(data: st.DataObject, sizes: list[int], room: int) -> None:
    shelf = Shelf(room=room, largest=2 * BLOCK)
    contents = [noise(size) for size in sizes]
    units = [await shelf.put(content) for content in contents]
    for _ in range(20):
        crowd = data.draw(st.lists(st.integers(0, len(units) - 1), min_size=1, max_size=5))
        found = await asyncio.gather(*(shelf.read(units[number]) for number in crowd))
        assert found == [contents[number] for number in crowd]
        assert shelf.hot.taken <= room


@pytest.mark.parametrize("blobs", [[noise(BLOCK)], [noise(9 * BLOCK)]], ids=["whole", "in blocks"])
async def test_rot_is_not_held_and_what_is_held_does_not_hide_it(blobs: Sequence[bytes]) -> None:
    """A wrong byte that came from the store is asked for again: it may be right the next time, from elsewhere."""
    store = ChoppyStore()
    library = Library(store=store, room=MIB, page=64)
    item = await library.put(blobs)
    rot(store, item.extents[0], 5)
    with pytest.raises(BlobCorrupt):
        await library.read()
    rot(store, item.extents[0], 5)  # the same change takes it back
    assert await library.read() == blobs[0]
    rot(store, item.extents[0], 5)
    assert await library.read() == blobs[0]
    assert library.rot == 1


async def test_a_wrong_byte_in_memory_is_found_like_one_in_the_store() -> None:
    library = Library(room=MIB)
    await library.put([noise(BLOCK)])
    right = await library.read()
    [fetch] = library.hot._held.values()
    fetch.portions[0] = bytes([right[0] ^ 1]) + right[1:]
    with pytest.raises(BlobCorrupt):
        await library.read()
    assert await library.read() == right
