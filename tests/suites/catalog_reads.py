"""What every catalog promises to those who read: which blobs hold what they want, and what these must sum up to."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from buckets import ranges
from buckets.model.blob import Blob, BlobLease, Extent, Span
from buckets.model.block import BLOCK, SUM, SummedExtent
from buckets.model.bucket import Bucket
from buckets.model.commit import Committed, PutItem
from buckets.model.version import Head
from buckets.names import BlobId
from buckets.ports import Catalog
from tests.factories import values
from tests.factories.bodies import noise

GIB = 1 << 30
SIZES = [3 * BLOCK, 5 * GIB, 7]
"""Of three blobs; an object lies on parts of them, one twice."""
PARTS = [(0, Span(5, 2 * BLOCK)), (1, Span(GIB + 1, 4 * GIB - 1)), (2, Span(6, 1)), (1, Span(BLOCK, BLOCK))]
SIZE = sum(span.length for _, span in PARTS)


@dataclass
class Shelf:
    """A catalog with one object over several blobs."""

    catalog: Catalog
    item: PutItem
    head: Head

    @property
    def extents(self) -> list[Extent]:
        return list(self.item.extents)

    def extent(self, blob: int, span: Span) -> Extent:
        return replace(self.extents[0], blob=self.item.blobs[blob].id, locator=self.item.blobs[blob].locator, span=span)

    async def within(self, span: Span) -> list[Extent]:
        return list(await self.catalog.load_extents(self.head.bucket, self.head.version, span))

    async def sums(self, *extents: Extent) -> list[SummedExtent]:
        return list(await self.catalog.load_sums(extents))


class ReadsSuite:
    """A subclass supplies the fixture `catalog`, and nothing else."""

    @pytest.fixture
    async def shelf(self, catalog: Catalog) -> Shelf:
        owner = values.user()
        await catalog.create_account(values.account(), owner)
        await catalog.ensure_placement(values.PLACEMENT)
        bucket = values.bucket(owner)
        await catalog.create_bucket(bucket)
        lease = await catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=64, lasting=timedelta(hours=1))
        item = _item(bucket, lease)
        [outcome] = await catalog.commit([item])
        assert isinstance(outcome, Committed)
        return Shelf(catalog, item, outcome.head)

    async def test_an_object_has_all_of_its_extents(self, shelf: Shelf) -> None:
        assert list(await shelf.catalog.load_extents(shelf.head.bucket, shelf.head.version)) == shelf.extents
        assert await shelf.within(Span(0, SIZE)) == shelf.extents

    @pytest.mark.parametrize("first", [0, 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 4 * GIB, SIZE - BLOCK - 1, SIZE - 1])
    @pytest.mark.parametrize("length", [1, 2, BLOCK, 4 * GIB, SIZE])
    async def test_a_part_of_an_object_has_the_extents_that_hold_it(self, shelf: Shelf, first: int, length: int) -> None:
        span = Span(first, min(length, SIZE - first))
        assert await shelf.within(span) == list(ranges.cut(shelf.extents, span))

    async def test_what_lies_behind_an_object_has_none(self, shelf: Shelf) -> None:
        assert await shelf.within(Span(SIZE, 1)) == []

    @pytest.mark.parametrize(
        ("span", "first", "last"),
        [
            (Span(0, 1), 0, 0),
            (Span(0, BLOCK), 0, 0),
            (Span(0, BLOCK + 1), 0, 1),
            (Span(BLOCK - 1, 2), 0, 1),
            (Span(BLOCK, 1), 1, 1),
            (Span(GIB - 1, 2), 16383, 16384),
            (Span(5 * GIB - 1, 1), 81919, 81919),
            (Span(0, 5 * GIB), 0, 81919),
        ],
    )
    async def test_an_extent_has_the_sums_of_the_blocks_that_it_touches(
        self, shelf: Shelf, span: Span, first: int, last: int
    ) -> None:
        extent, blob = shelf.extent(1, span), shelf.item.blobs[1]
        meant = SummedExtent(extent=extent, blob_size=blob.size, sums=blob.sums[first * SUM : (last + 1) * SUM])
        assert await shelf.sums(extent) == [meant]
        assert meant.is_whole

    async def test_sums_come_in_the_order_they_are_asked_for(self, shelf: Shelf) -> None:
        parts = [(1, Span(BLOCK, 1)), (0, Span(BLOCK, 1)), (1, Span(0, 1)), (1, Span(BLOCK, 1)), (2, Span(0, 7))]
        asked = [shelf.extent(*part) for part in parts]
        found = await shelf.sums(*asked)
        assert [each.extent for each in found] == asked
        assert [each.blob_size for each in found] == [SIZES[blob] for blob, _ in parts]
        blocks = [(1, 1), (0, 1), (1, 0), (1, 1), (2, 0)]
        assert [each.sums for each in found] == [shelf.item.blobs[blob].sums[at * SUM :][:SUM] for blob, at in blocks]

    async def test_nothing_has_no_sums(self, shelf: Shelf) -> None:
        assert await shelf.sums() == []

    @pytest.mark.parametrize("span", [Span(5 * GIB - 1, 2), Span(5 * GIB, 1), Span(6 * GIB, 1)])
    async def test_an_extent_beyond_its_blob_is_not_whole(self, shelf: Shelf, span: Span) -> None:
        [summed] = await shelf.sums(shelf.extent(1, span))
        assert not summed.is_whole

    async def test_an_extent_of_a_blob_without_sums_is_not_whole(self, shelf: Shelf) -> None:
        [summed] = await shelf.sums(shelf.extent(3, Span(0, 1)))
        assert summed.sums == b""
        assert not summed.is_whole

    async def test_an_extent_of_a_blob_that_is_not_there_is_not_whole(self, shelf: Shelf) -> None:
        nowhere = replace(shelf.extents[0], blob=BlobId(values.IDS.uuid7()))
        found = await shelf.sums(shelf.extents[0], nowhere, shelf.extents[1])
        assert [each.is_whole for each in found] == [True, False, True]
        assert [each.extent for each in found] == [shelf.extents[0], nowhere, shelf.extents[1]]

    async def test_sums_outlive_the_object(self, shelf: Shelf) -> None:
        before = await shelf.sums(*shelf.extents)
        item = replace(shelf.item, operation=values.IDS.uuid7(), content=values.content(b""), blobs=[], extents=[])
        [outcome] = await shelf.catalog.commit([item])
        assert isinstance(outcome, Committed)
        assert await shelf.within(Span(0, SIZE)) == []
        assert await shelf.sums(*shelf.extents) == before


def _item(bucket: Bucket, lease: BlobLease) -> PutItem:
    """The object; one more blob has no sums."""
    owner = values.user()
    names = iter(lease)
    blobs = [_summed(values.blob(next(names), owner, size)) for size in SIZES]
    extents = [
        Extent(blob=blobs[blob].id, placement=blobs[blob].placement, locator=blobs[blob].locator, span=span) for blob, span in PARTS
    ]
    item = values.put_item(bucket, "k", b"", owner=owner, name=None)
    content = replace(item.content, size=SIZE)
    return replace(item, content=content, blobs=[*blobs, values.blob(next(names), owner, 10)], extents=extents)


def _summed(blob: Blob) -> Blob:
    return replace(blob, sums=noise(-(-blob.size // BLOCK) * SUM))
