"""What everything promises that says which blobs may go."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

import pytest

from buckets.errors import LeaseExpired, PreconditionFailed, SourceMoved
from buckets.model.blob import BlobLease, Placement
from buckets.model.bucket import Versioning
from buckets.model.commit import Condition, PutItem
from buckets.names import BlobId, BucketId
from buckets.ports import Condemned, Garbage
from tests.factories import values
from tests.suites.catalog_stage import Stage, Staged

Advance: TypeAlias = Callable[[timedelta], Awaitable[None]]

AT_ONCE = timedelta()
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
GRACE = timedelta(days=1)
RUN_OUT = -2 * HOUR
"""A margin by which every lease has run out."""


@dataclass
class Yard:
    """A catalog with objects, what is left over of them, and time that passes."""

    at: Stage
    lease: BlobLease
    garbage: Garbage
    advance: Advance

    async def put(self, key: str, *, at: Stage | None = None) -> PutItem:
        item = (at or self.at).item(key, key.encode())
        await self.at.put(item)
        return item

    async def overwrite(self, key: str, times: int) -> None:
        for _ in range(times + 1):
            await self.put(key)

    async def delete(self, key: str) -> None:
        await self.at.delete(self.at.removal(key, forever=True))

    async def lend(self, count: int = 1, *, placement: str = values.PLACEMENT.id) -> BlobLease:
        """A lease of an hour."""
        return await self.at.catalog.lease_blobs(placement=placement, holder=values.IDS.uuid7(), count=count, lasting=HOUR)

    async def abandon(self) -> int:
        """End all leases there are."""
        return await self.garbage.condemn_abandoned(margin=RUN_OUT, limit=100)

    async def settle(self) -> int:
        return await self.garbage.condemn_unreferenced(grace=GRACE, limit=100)

    async def due(self) -> Sequence[Condemned]:
        return await self.garbage.due({"default"}, limit=1000)

    async def due_blobs(self) -> set[BlobId]:
        return {each.blob for each in await self.due()}

    async def purge(self, limit: int = 100, bucket: BucketId | None = None) -> int:
        """How many versions were forgotten by as many batches as it takes."""
        return sum([batch async for batch in self._batches(limit, bucket)])

    async def _batches(self, limit: int, bucket: BucketId | None) -> AsyncIterator[int]:
        while batch := await self.garbage.purge(limit=limit, bucket=bucket):
            assert batch <= limit
            yield batch

    async def condemned(self) -> set[BlobId]:
        """What a sweep condemns of the blobs that lost a reference."""
        await self.settle()
        await self.advance(GRACE)
        return await self.due_blobs()


class Yarded(Staged):
    """A subclass supplies `catalog` and `evidence`, `garbage` over the same, and `advance`, which lets time pass: nothing else."""

    @pytest.fixture
    async def yard(self, at: Stage, garbage: Garbage, advance: Advance) -> Yard:
        """All that was leased is one lease of four names."""
        await garbage.condemn_abandoned(margin=RUN_OUT, limit=1)
        for _ in range(2):
            await garbage.erased(await garbage.due({"default"}, limit=1000), again_after=AT_ONCE)
        lease = await at.catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=4, lasting=HOUR)
        return Yard(replace(at, names=iter(lease)), lease, garbage, advance)


class GarbageSuite(Yarded):
    """Leases that ran out, and blobs that lost their last reference."""

    async def test_names_of_an_abandoned_lease_are_due_at_once(self, yard: Yard) -> None:
        await yard.advance(HOUR + SECOND)
        assert await yard.garbage.condemn_abandoned(margin=AT_ONCE, limit=10) == 1
        assert set(await yard.due()) == {Condemned(blob=name, placement="default", locator=None) for name in yard.lease}

    async def test_committed_names_of_an_abandoned_lease_stay(self, yard: Yard) -> None:
        kept = await yard.put("kept")
        await yard.abandon()
        assert await yard.due_blobs() == set(yard.lease) - blobs(kept)
        await yard.at.put(yard.at.copy(kept, key="copy"))

    async def test_a_lease_that_lasts_is_left_alone(self, yard: Yard) -> None:
        assert await yard.garbage.condemn_abandoned(margin=AT_ONCE, limit=10) == 0
        assert await yard.due() == []
        await yard.put("later")

    async def test_an_abandoned_lease_rests_for_the_margin(self, yard: Yard) -> None:
        await yard.advance(HOUR + SECOND)
        assert await yard.garbage.condemn_abandoned(margin=HOUR, limit=10) == 0
        await yard.advance(HOUR)
        assert await yard.garbage.condemn_abandoned(margin=HOUR, limit=10) == 1

    async def test_leases_are_ended_up_to_the_limit(self, yard: Yard) -> None:
        for _ in range(4):
            await yard.lend()
        ended = [await yard.garbage.condemn_abandoned(margin=RUN_OUT, limit=2) for _ in range(4)]
        assert ended == [2, 2, 1, 0]
        assert len(await yard.due()) == 4 + 4

    async def test_nothing_is_committed_under_a_lease_that_was_ended(self, yard: Yard) -> None:
        late = yard.at.item("late")
        await yard.abandon()
        assert isinstance(await yard.at.refusal(late), LeaseExpired)
        assert blobs(late) <= await yard.due_blobs()

    async def test_the_blob_of_a_refused_write_goes_with_its_lease(self, yard: Yard) -> None:
        await yard.put("k")
        refused = yard.at.item("k", condition=Condition(absent=True))
        assert isinstance(await yard.at.refusal(refused), PreconditionFailed)
        await yard.abandon()
        assert blobs(refused) <= await yard.due_blobs()

    async def test_the_blob_of_an_overwritten_object_is_condemned(self, yard: Yard) -> None:
        first, second = await yard.put("k"), await yard.put("k")
        assert await yard.condemned() == blobs(first)
        assert await yard.at.evidence.live() == blobs(second)

    async def test_the_blob_of_an_object_that_was_deleted_for_good_is_condemned_with_its_locator(self, yard: Yard) -> None:
        item = await yard.put("k")
        await yard.delete("k")
        await yard.condemned()
        [extent] = item.extents
        assert await yard.due() == [Condemned(blob=extent.blob, placement="default", locator=extent.locator)]

    async def test_an_object_in_the_trash_keeps_its_blob(self, yard: Yard) -> None:
        item = await yard.put("k")
        await yard.at.delete(yard.at.removal("k"))
        assert await yard.condemned() == set()
        assert await yard.at.evidence.live() == blobs(item)

    async def test_overwritten_versions_of_a_versioned_bucket_keep_their_blobs(self, yard: Yard) -> None:
        at = await yard.at.keeping(Versioning.ENABLED)
        first, second = await yard.put("k", at=at), await yard.put("k", at=at)
        await at.delete(at.removal("k"))
        assert await yard.condemned() == set()
        assert await yard.at.evidence.live() == blobs(first) | blobs(second)

    async def test_a_blob_stays_until_the_last_copy_is_gone(self, yard: Yard) -> None:
        source = await yard.put("source")
        await yard.at.put(yard.at.copy(source, key="copy"))
        await yard.delete("source")
        assert await yard.condemned() == set()
        await yard.delete("copy")
        assert await yard.condemned() == blobs(source)

    async def test_a_blob_that_is_only_a_later_extent_stays_too(self, yard: Yard) -> None:
        first, second = await yard.put("first"), await yard.put("second")
        await yard.at.put(yard.at.copy(first, second, key="both"))
        await yard.delete("first")
        await yard.delete("second")
        assert await yard.settle() == 2
        assert await yard.condemned() == set()
        await yard.delete("both")
        assert await yard.condemned() == blobs(first) | blobs(second)

    async def test_a_copy_onto_its_own_source_keeps_the_blob(self, yard: Yard) -> None:
        source = await yard.put("k")
        await yard.at.put(yard.at.copy(source, key="k"))
        assert await yard.settle() == 1
        assert await yard.at.evidence.candidates() == set()
        assert await yard.condemned() == set()

    async def test_a_condemned_blob_is_never_referred_to_again(self, yard: Yard) -> None:
        source = await yard.put("source")
        await yard.delete("source")
        await yard.settle()
        assert isinstance(await yard.at.refusal(yard.at.copy(source, key="copy")), SourceMoved)
        assert await yard.condemned() == blobs(source)

    async def test_a_condemned_blob_can_be_read_until_it_is_forgotten(self, yard: Yard) -> None:
        item = await yard.put("k")
        before = await yard.at.catalog.load_sums(item.extents)
        await yard.delete("k")
        await yard.condemned()
        assert await yard.at.catalog.load_sums(item.extents) == before
        await yard.garbage.erased(await yard.due(), again_after=AT_ONCE)
        assert await yard.at.catalog.load_sums(item.extents) == before
        await yard.garbage.erased(await yard.due(), again_after=AT_ONCE)
        [forgotten] = await yard.at.catalog.load_sums(item.extents)
        assert not forgotten.is_whole

    async def test_a_condemned_blob_is_due_after_its_grace(self, yard: Yard) -> None:
        await yard.put("k")
        await yard.delete("k")
        await yard.settle()
        assert await yard.due() == []
        await yard.advance(GRACE - HOUR)
        assert await yard.due() == []
        await yard.advance(HOUR)
        assert len(await yard.due()) == 1

    async def test_a_condemned_blob_keeps_its_grace_when_its_lease_ends(self, yard: Yard) -> None:
        item = await yard.put("k")
        await yard.delete("k")
        await yard.settle()
        await yard.abandon()
        assert await yard.due_blobs() == set(yard.lease) - blobs(item)
        await yard.advance(GRACE)
        assert await yard.due_blobs() == set(yard.lease)

    async def test_candidates_are_settled_up_to_the_limit_and_once(self, yard: Yard) -> None:
        await yard.overwrite("k", times=3)
        settled = [await yard.garbage.condemn_unreferenced(grace=GRACE, limit=2) for _ in range(3)]
        assert settled == [2, 1, 0]
        assert len(await yard.condemned()) == 3

    async def test_what_has_been_due_longest_comes_first(self, yard: Yard) -> None:
        await yard.abandon()
        await yard.advance(HOUR)
        await yard.lend(4)
        await yard.abandon()
        assert {each.blob for each in await yard.garbage.due({"default"}, limit=3)} < set(yard.lease)
        assert len(await yard.garbage.due({"default"}, limit=7)) == 7

    async def test_due_blobs_are_those_of_the_placements_asked_for(self, yard: Yard) -> None:
        await yard.at.catalog.ensure_placement(Placement(id="cold", store="disk"))
        cold = await yard.lend(2, placement="cold")
        await yard.abandon()
        assert {each.blob for each in await yard.garbage.due({"cold"}, limit=100)} == set(cold)
        assert await yard.due_blobs() == set(yard.lease)
        assert len(await yard.garbage.due({"cold", "default"}, limit=100)) == 6
        assert await yard.garbage.due(set(), limit=100) == []

    async def test_bytes_are_deleted_twice_and_then_forgotten(self, yard: Yard) -> None:
        await yard.abandon()
        first = await yard.due()
        assert await yard.garbage.erased(first, again_after=HOUR) == 4
        assert await yard.due() == []
        await yard.advance(HOUR)
        second = await yard.due()
        assert set(second) == {replace(each, erased=1) for each in first}
        assert await yard.garbage.erased(second, again_after=HOUR) == 4
        await yard.advance(2 * HOUR)
        assert await yard.due() == []

    async def test_two_sweeps_that_deleted_the_same_bytes_have_deleted_them_once(self, yard: Yard) -> None:
        await yard.abandon()
        [seen, *_] = await yard.due()
        assert await yard.garbage.erased([seen], again_after=HOUR) == 1
        assert await yard.garbage.erased([seen], again_after=HOUR) == 0
        await yard.advance(HOUR)
        assert await yard.garbage.erased([seen], again_after=HOUR) == 0
        assert replace(seen, erased=1) in await yard.due()

    @pytest.mark.parametrize("erased", [0, 1])
    async def test_erasing_what_is_not_condemned_changes_nothing(self, yard: Yard, erased: int) -> None:
        item = await yard.put("k")
        [extent] = item.extents
        live = Condemned(blob=extent.blob, placement=extent.placement, locator=extent.locator, erased=erased)
        nowhere = Condemned(blob=BlobId(values.IDS.uuid7()), placement=extent.placement, locator=None, erased=erased)
        assert await yard.garbage.erased([live, nowhere], again_after=AT_ONCE) == 0
        assert await yard.due() == []
        await yard.at.put(yard.at.copy(item, key="copy"))

    async def test_erasing_nothing_is_nothing(self, yard: Yard) -> None:
        assert await yard.garbage.erased([], again_after=HOUR) == 0

    async def test_sweeps_at_once_end_each_lease_once(self, yard: Yard) -> None:
        for _ in range(9):
            await yard.lend(3)
        assert sum(await asyncio.gather(*(yard.abandon() for _ in range(4)))) == 10
        assert len(await yard.due()) == 4 + 9 * 3

    async def test_sweeps_at_once_settle_each_candidate_and_each_delete_once(self, yard: Yard) -> None:
        yard = replace(yard, at=replace(yard.at, names=iter(await yard.lend(21))))
        await yard.overwrite("k", times=20)
        settled = await asyncio.gather(*(yard.garbage.condemn_unreferenced(grace=GRACE, limit=6) for _ in range(4)))
        assert sum(settled) + await yard.settle() == 20
        await yard.advance(GRACE)
        due = await yard.due()
        assert len(due) == 20
        assert sum(await asyncio.gather(*(yard.garbage.erased(due, again_after=HOUR) for _ in range(4)))) == 20
        assert await yard.due() == []

    async def test_a_sweep_with_nothing_to_do_changes_nothing(self, yard: Yard) -> None:
        kept = await yard.put("k")
        for _ in range(2):
            assert await yard.garbage.condemn_abandoned(margin=AT_ONCE, limit=10) == 0
            assert await yard.settle() == 0
            assert await yard.due() == []
        assert await yard.at.evidence.live() == blobs(kept)


def blobs(item: PutItem) -> set[BlobId]:
    return {extent.blob for extent in item.extents}
