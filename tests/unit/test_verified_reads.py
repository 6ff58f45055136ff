"""Whatever the store gives: what is handed on is what was stored, or nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Extent, Span
from buckets.model.block import BLOCK, blocks_of
from buckets.model.commit import PutItem
from buckets.names import BlobId
from buckets.ranges import cut
from buckets.service.verified import pages
from tests.factories import values
from tests.factories.bodies import noise
from tests.factories.stored import ChoppyStore, Library, Parts, rot

NAME = BlobId(values.IDS.uuid7())
EXAMPLES = settings(max_examples=200, deadline=None)


def touched(library: Library, item: PutItem, span: Span) -> list[Extent]:
    """What must be right for a part of an object to be read: all of a small one, whole blocks of another."""
    if item.content.size <= library.small:
        return list(item.extents)
    sizes = {blob.id: blob.size for blob in item.blobs}
    return [_widened(extent, sizes[extent.blob]) for extent in cut(item.extents, span)]


def _widened(extent: Extent, size: int) -> Extent:
    first, last = extent.span.offset // BLOCK * BLOCK, min(-(-extent.span.end // BLOCK) * BLOCK, size)
    return replace(extent, span=Span(first, last - first))


def near_edges(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of bytes, most of them around the edges of blocks."""
    edges = st.builds(lambda blocks, off: blocks * BLOCK + off, st.integers(0, most // BLOCK + 1), st.integers(-2, 2))
    return (edges | st.integers(least, most)).map(lambda number: max(least, min(number, most)))


@st.composite
def spans(draw: st.DrawFn, size: int) -> Span:
    first, last = sorted([draw(near_edges(0, size - 1)), draw(near_edges(0, size - 1))])
    return Span(first, last + 1 - first)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[bytes], Parts]:
    """Blobs, and the parts of them that are an object."""
    sizes = near_edges(1, 2 * BLOCK) | near_edges(2 * BLOCK, 6 * BLOCK)
    blobs = [noise(size) for size in draw(st.lists(sizes, min_size=1, max_size=3))]
    numbers = draw(st.lists(st.integers(0, len(blobs) - 1), min_size=1, max_size=4))
    return blobs, [(number, draw(spans(len(blobs[number])))) for number in numbers]


STORES = st.builds(
    lambda sizes: ChoppyStore([*sizes, 10_000]),
    st.lists(st.sampled_from([0, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 100_000, 4 * BLOCK]), max_size=3),
)
SMALL = st.sampled_from([0, 2 * BLOCK, 100 * BLOCK])
PAGE = st.integers(1, 5)


class TestProof:
    @EXAMPLES
    @given(data=st.data(), layout=layouts(), store=STORES, small=SMALL, page=PAGE)
    async def test_what_is_handed_on_is_the_part_that_was_asked_for(
        self, data: st.DataObject, layout: tuple[list[bytes], Parts], store: ChoppyStore, small: int, page: int
    ) -> None:
        library, (blobs, parts) = Library(store=store, small=small, page=page), layout
        item = await library.put(blobs, parts)
        whole = b"".join(blobs[number][span.offset : span.end] for number, span in parts)
        span = data.draw(spans(item.content.size))
        assert await library.read(span) == whole[span.offset : span.end]
        assert await library.read() == whole
        assert (store.reading, library.rot) == (0, 0)

    @EXAMPLES
    @given(data=st.data(), layout=layouts(), store=STORES, small=SMALL, page=PAGE, change=st.integers(1, 255))
    async def test_one_wrong_byte_ends_the_read_and_nothing_wrong_was_handed_on(
        self, data: st.DataObject, layout: tuple[list[bytes], Parts], store: ChoppyStore, small: int, page: int, change: int
    ) -> None:
        library = Library(store=store, small=small, page=page)
        item = await library.put(*layout)
        span = data.draw(spans(item.content.size))
        right = await library.read(span)
        extent = data.draw(st.sampled_from(touched(library, item, span)))
        rot(store, extent, data.draw(near_edges(extent.span.offset, extent.span.end - 1)), change)
        seen: list[bytes] = []
        with pytest.raises(BlobCorrupt) as fault:
            await library.read(span, into=seen)
        assert right.startswith(b"".join(seen))
        assert str(extent.blob) in fault.value.blob
        assert (store.reading, library.rot) == (0, 1)

    @EXAMPLES
    @given(data=st.data(), layout=layouts(), store=STORES, small=SMALL, page=PAGE, less=near_edges(1, 5 * BLOCK))
    async def test_fewer_bytes_than_there_should_be_never_look_like_all(
        self, data: st.DataObject, layout: tuple[list[bytes], Parts], store: ChoppyStore, small: int, page: int, less: int
    ) -> None:
        library = Library(store=store, small=small, page=page)
        item = await library.put(*layout)
        span = data.draw(spans(item.content.size))
        right = await library.read(span)
        store.less = less
        seen: list[bytes] = []
        with pytest.raises(BlobCorrupt):
            await library.read(span, into=seen)
        assert right.startswith(b"".join(seen))
        assert library.rot == 1

    @pytest.mark.parametrize("chunk", [1000, BLOCK - 1, BLOCK, BLOCK + 1, 100_000, 4 * BLOCK])
    @pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, 99_999, 100_000, 2 * BLOCK - 1, 4 * BLOCK, 9 * BLOCK + 9])
    async def test_nothing_is_handed_on_before_every_block_that_it_touches_is_proven(self, chunk: int, place: int) -> None:
        library, content = Library(store=(store := ChoppyStore([chunk])), page=1000), noise(9 * BLOCK + 10)
        rot(store, (await library.put([content])).extents[0], place)
        seen: list[bytes] = []
        with pytest.raises(BlobCorrupt):
            await library.read(into=seen)
        assert content[: place // BLOCK * BLOCK].startswith(b"".join(seen))

    @pytest.mark.parametrize("small", [0, 100 * BLOCK])
    async def test_of_several_blobs_the_short_one_is_told(self, small: int) -> None:
        library = Library(store=(store := ChoppyStore()), small=small)
        item = await library.put([noise(10), noise(20), noise(30)])
        store.blobs[item.blobs[1].locator] = noise(20)[:-1]
        with pytest.raises(BlobCorrupt) as fault:
            await library.read()
        assert fault.value.blob == str(item.blobs[1].id)

    async def test_more_bytes_than_there_should_be_are_corrupt(self) -> None:
        for blobs in ([noise(10)], [noise(3 * BLOCK)]):
            library = Library(store=(store := ChoppyStore()))
            await library.put(blobs)
            store.less = -1
            [locator] = store.blobs
            store.blobs[locator] += b"x"
            with pytest.raises(BlobCorrupt):
                await library.read()

    @pytest.mark.parametrize("size", [10, 3 * BLOCK])
    async def test_a_blob_that_is_gone_is_missing_by_its_own_name(self, size: int) -> None:
        library = Library(store=(store := ChoppyStore()))
        item = await library.put([noise(size)])
        store.blobs.clear()
        with pytest.raises(BlobMissing) as fault:
            await library.read()
        assert (fault.value.blob, library.rot) == (str(item.blobs[0].id), 1)

    async def test_what_has_no_sums_is_never_handed_on(self) -> None:
        library = Library(store=(store := ChoppyStore()))
        item = await library.put([noise(3 * BLOCK)])
        library.catalog.blobs[item.blobs[0].id] = replace(item.blobs[0], sums=b"")
        with pytest.raises(BlobCorrupt):
            await library.read()
        assert (store.given, library.rot) == (0, 1)

    async def test_a_card_in_a_pack_is_held_against_its_own_sum(self) -> None:
        library = Library(store=(store := ChoppyStore()))
        pack = noise(4 * BLOCK)
        item = await library.put([pack], [(0, Span(BLOCK - 5, 100))])
        assert await library.read(Span(10, 20)) == pack[BLOCK + 5 : BLOCK + 25]
        assert store.given == 100
        rot(store, item.extents[0], BLOCK - 6)  # its neighbour's
        assert len(await library.read()) == 100
        rot(store, item.extents[0], BLOCK - 5)
        with pytest.raises(BlobCorrupt):
            await library.read(Span(10, 20))

    async def test_an_object_without_bytes_asks_no_store(self) -> None:
        library = Library(store=(store := ChoppyStore()))
        await library.put([])
        assert await library.read() == b""
        assert store.given == 0

    @pytest.mark.parametrize(("size", "span", "read"), [
        (2 * BLOCK, Span(BLOCK, 1), 2 * BLOCK),
        (2 * BLOCK + 1, Span(BLOCK, 1), BLOCK),
        (9 * BLOCK, Span(BLOCK - 1, 2), 2 * BLOCK),
        (9 * BLOCK - 1, Span(8 * BLOCK, 1), BLOCK - 1),
    ])  # fmt: skip
    async def test_a_part_of_a_small_object_reads_it_whole_and_one_of_another_its_blocks(
        self, size: int, span: Span, read: int
    ) -> None:
        library = Library(store=(store := ChoppyStore()))
        await library.put([noise(size)])
        await library.read(span)
        assert store.given == read


class TestThrift:
    @pytest.mark.parametrize("size", [1000, BLOCK - 1, BLOCK, 100_000, 4 * BLOCK - 1, 4 * BLOCK])
    async def test_no_more_is_held_than_a_block_and_two_chunks(self, size: int) -> None:
        library = Library(store=(store := ChoppyStore([size])), page=1000)
        await library.put([noise(20 * BLOCK)])
        taken, most = 0, 0
        async with library.open() as reading:
            async for chunk in reading.chunks:
                most = max(most, store.given - taken)
                taken += len(chunk)
        assert most <= BLOCK + 2 * size

    async def test_what_is_handed_on_whole_is_not_copied(self) -> None:
        for chunk in (4 * BLOCK, 100_000):
            library = Library(store=(store := ChoppyStore([chunk])), page=1000)
            await library.put([noise(20 * BLOCK)])
            handed: list[bytes] = []
            await library.read(Span(1, 20 * BLOCK - 2), into=handed)
            assert all(any(piece is given for given in store.chunks) for piece in handed[1:-1])

    @EXAMPLES
    @given(parts=st.lists(spans(9 * BLOCK), max_size=8), size=st.integers(1, 4))
    def test_pages_hold_the_same_bytes_and_never_too_many_blocks(self, parts: list[Span], size: int) -> None:
        extents = [Extent(blob=NAME, placement="default", locator="x", span=span) for span in parts]
        found = list(pages(extents, size))
        places = [place for span in parts for place in (span.offset, span.end)]
        joined = [(extent.span.offset, extent.span.end) for page in found for extent in page]
        assert _merged(joined) == _merged(list(zip(places[::2], places[1::2], strict=True)))
        assert all(0 < sum(len(blocks_of(extent.span)) for extent in page) <= size for page in found)
        assert all(sum(len(blocks_of(extent.span)) for extent in page) == size for page in found[:-1])


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs that follow each other without a gap, as one."""
    merged: list[tuple[int, int]] = []
    for first, last in runs:
        if merged and merged[-1][1] == first:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged
