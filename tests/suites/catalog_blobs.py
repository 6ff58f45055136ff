"""What every catalog promises about blobs that are shared, and about who is charged for them."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from buckets.errors import CatalogUnavailable, SourceMoved
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import CommitItem, Committed, Condition, DeleteItem, PutItem, Refused
from tests.fixtures.evidence import Used
from tests.model.shelf import Shelf, used
from tests.suites.catalog_stage import Stage, Staged


class BlobSuite(Staged):
    """Copies by extents, and usage."""

    async def test_a_copy_refers_to_the_blobs_of_its_source(self, at: Stage) -> None:
        source = at.item("source", b"12345")
        await at.put(source)
        head = await at.put(at.copy(source, key="copy"))
        assert list(await at.catalog.load_extents(head.bucket, head.version)) == list(source.extents)
        assert await at.evidence.live() == {blob.id for blob in source.blobs}
        assert await at.used() == Used(10, 2)

    async def test_a_copy_outlives_its_source(self, at: Stage) -> None:
        first, second = at.item("first", b"1"), at.item("second", b"22")
        await at.catalog.commit([first, second])
        copy = at.copy(first, second, key="copy")
        head = await at.put(copy)
        await at.catalog.commit([at.removal("first", forever=True), at.removal("second", forever=True)])
        assert await at.head("copy") == head
        assert list(await at.catalog.load_extents(head.bucket, head.version)) == list(copy.extents)
        assert await at.evidence.referenced() == {blob.id for blob in (*first.blobs, *second.blobs)}
        assert await at.evidence.live() == await at.evidence.referenced()
        assert await at.used() == Used(3, 1)

    async def test_a_version_may_refer_to_old_and_new_blobs(self, at: Stage) -> None:
        source, fresh = at.item("source", b"old"), at.item("mixed", b"new")
        await at.put(source)
        mixed = replace(fresh, extents=[*source.extents, *fresh.extents], content=replace(fresh.content, size=6))
        head = await at.put(mixed)
        assert list(await at.catalog.load_extents(head.bucket, head.version)) == list(mixed.extents)

    async def test_a_blob_that_was_never_committed_cannot_be_copied(self, at: Stage) -> None:
        copy = at.copy(at.item("never"), key="copy")
        assert isinstance(await at.refusal(copy), SourceMoved)
        assert await at.head("copy") is None

    async def test_one_missing_blob_among_many_is_enough_for_a_refusal(self, at: Stage) -> None:
        there = at.item("there")
        await at.put(there)
        copy = at.copy(there, at.item("never"), there, key="copy")
        outcomes = await at.catalog.commit([copy, at.copy(there, key="good")])
        assert isinstance(outcomes[1], Committed)
        assert await at.head("copy") is None
        assert await at.used() == Used(8, 2)

    async def test_a_blob_becomes_live_once(self, at: Stage) -> None:
        first = at.item("first")
        await at.put(first)
        again = replace(at.item("second"), blobs=first.blobs, extents=first.extents)
        with pytest.raises(CatalogUnavailable):
            await at.commit(again)
        assert await at.head("second") is None

    async def test_an_overwrite_by_another_credits_the_first_owner_and_charges_the_second(self, at: Stage) -> None:
        await at.put(at.item("k", b"333"))
        head = await at.put(at.item("k", b"55555", owner=at.other))
        assert head.owner == at.other.id
        assert (await at.used(), await at.used(at.other)) == (Used(), Used(5, 1))

    async def test_a_delete_by_another_credits_the_owner(self, at: Stage) -> None:
        await at.catalog.commit([at.item("kept", b"333"), at.item("gone", b"55555")])
        await at.catalog.commit([at.removal("kept", owner=at.other), at.removal("gone", owner=at.other, forever=True)])
        assert (await at.used(), await at.used(at.other)) == (Used(0, 0, 3), Used())

    async def test_a_copy_by_another_is_charged_to_them(self, at: Stage) -> None:
        source = at.item("source", b"333")
        await at.put(source)
        await at.put(at.copy(source, key="copy", owner=at.other))
        await at.delete(at.removal("source", forever=True))
        assert (await at.used(), await at.used(at.other)) == (Used(), Used(3, 1))

    async def test_refused_writes_are_charged_to_nobody(self, at: Stage) -> None:
        await at.refusal(at.copy(at.item("never", b"333"), key="copy"))
        assert await at.used() == Used()
        assert [(line.result, line.reason) for line in await at.evidence.audited()] == [("refused", "SourceMoved")]

    @pytest.mark.parametrize("seed", range(4))
    async def test_usage_is_exact_after_any_sequence_of_writes(self, at: Stage, seed: int) -> None:
        buckets = [await at.another_bucket(versioning, versioning=versioning) for versioning in Versioning]
        draw = Draw(at, buckets, random.Random(seed))
        for _ in range(20):
            group = draw.group()
            for item, outcome in zip(group, await at.catalog.commit(group), strict=True):
                assert isinstance(outcome, Refused) == draw.is_refused(item)
                if not isinstance(outcome, Refused):
                    draw.carry_out(item)
        for owner in (at.owner, at.other):
            assert await at.used(owner) == used(draw.shelves.values(), (owner.account, owner.id))


class Draw:
    """Writes of all kinds, drawn by lot, and what they come to."""

    def __init__(self, at: Stage, buckets: Sequence[Bucket], lot: random.Random) -> None:
        self._at, self._buckets, self._lot = at, buckets, lot
        self._sources: list[PutItem] = []
        self.shelves = {bucket.id: Shelf(bucket.versioning) for bucket in buckets}

    def group(self) -> list[CommitItem]:
        drawn = [self._item() for _ in range(8)]
        return list({item.name: item for item in drawn}.values())

    def is_refused(self, item: CommitItem) -> bool:
        return item.condition.absent and item.key in self.shelves[item.bucket.id].current

    def carry_out(self, item: CommitItem) -> None:
        shelf = self.shelves[item.bucket.id]
        if isinstance(item, PutItem):
            shelf.put(item.key, bytes(item.content.size), item.writer)
            self._sources.append(item)
        elif isinstance(item, DeleteItem):
            shelf.delete(item.key, item.writer, forever=item.forever)

    def _item(self) -> CommitItem:
        lot, at = self._lot, self._at
        key, owner, bucket = lot.choice("abcd"), lot.choice([at.owner, at.other]), lot.choice(self._buckets)
        if lot.random() < 0.4:
            return at.removal(key, owner=owner, bucket=bucket, forever=lot.random() < 0.5)
        if lot.random() < 0.3 and self._sources:
            return replace(at.copy(*lot.choices(self._sources, k=2), key=key, owner=owner), bucket=bucket)
        condition = Condition(absent=lot.random() < 0.3)
        return at.item(key, lot.randbytes(lot.randrange(9)), owner=owner, bucket=bucket, condition=condition)
