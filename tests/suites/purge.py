"""What everything promises that forgets what nobody can bring back, and what holds back those who delete bytes."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import NoSuchVersion
from buckets.key_range import EVERY_KEY
from buckets.model.account import User
from buckets.model.bucket import Versioning
from buckets.model.commit import Refused
from buckets.names import ObjectKey
from tests.factories import values
from tests.fixtures.evidence import Kept, Used
from tests.suites.catalog_stage import Stage
from tests.suites.garbage import AT_ONCE, GRACE, HOUR, SECOND, Yard, Yarded, blobs

WEEK = timedelta(days=7)


class PurgeSuite(Yarded):
    """Trash whose time has come, and what deleted buckets held."""

    async def test_trash_is_purged_when_its_time_has_come_and_not_before(self, yard: Yard) -> None:
        item = await yard.put("k")
        await yard.at.delete(yard.at.removal("k"))
        await yard.advance(WEEK - HOUR)
        assert await yard.purge() == 0
        assert await yard.at.used() == Used(trashed_bytes=1)
        await yard.advance(HOUR)
        assert await yard.purge() == 1
        assert (await yard.at.used(), await yard.at.kept("k")) == (Used(), [])
        assert await yard.condemned() == blobs(item)

    async def test_all_extents_of_purged_trash_become_candidates(self, yard: Yard) -> None:
        first, second = await yard.put("first"), await yard.put("second")
        await yard.at.put(yard.at.copy(first, second, key="both"))
        for key in ("first", "second", "both"):
            await yard.at.delete(yard.at.removal(key))
        await yard.advance(WEEK)
        assert await yard.purge() == 3
        assert await yard.at.used() == Used()
        assert await yard.condemned() == blobs(first) | blobs(second)

    async def test_what_is_content_is_never_purged(self, yard: Yard) -> None:
        kept = await yard.put("kept")
        keeping = await yard.at.keeping(Versioning.ENABLED)
        hidden = await yard.put("hidden", at=keeping)
        await keeping.delete(keeping.removal("hidden"))
        await yard.advance(10 * WEEK)
        assert await yard.purge() == 0
        assert await yard.at.evidence.live() == blobs(kept) | blobs(hidden)
        assert await yard.at.used() == Used(10, 3)

    async def test_the_window_is_that_of_the_bucket_as_it_is_now(self, yard: Yard) -> None:
        await yard.put("k")
        await yard.at.delete(yard.at.removal("k"))
        await yard.at.keeping(trash=2 * WEEK)
        await yard.advance(WEEK)
        assert await yard.purge() == 0
        await yard.at.keeping(trash=HOUR)
        assert await yard.purge() == 1

    async def test_what_was_restored_in_time_stays(self, yard: Yard) -> None:
        head = await yard.at.put(yard.at.item("k"))
        await yard.at.delete(yard.at.removal("k"))
        restored = await yard.at.put(await yard.at.restoration(head))
        await yard.advance(WEEK)
        assert await yard.purge() == 0
        assert await yard.at.kept("k") == [Kept(restored.version)]
        assert await yard.condemned() == set()

    async def test_what_was_purged_cannot_be_restored(self, yard: Yard) -> None:
        head = await yard.at.put(yard.at.item("k"))
        await yard.at.delete(yard.at.removal("k"))
        restoration = await yard.at.restoration(head)
        await yard.advance(WEEK)
        assert await yard.purge() == 1
        assert isinstance(await yard.at.refusal(restoration), NoSuchVersion)

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    async def test_batches_come_to_all_of_it(self, yard: Yard, limit: int) -> None:
        yard = replace(yard, at=replace(yard.at, names=iter(await yard.lend(10))))
        for number in range(5):
            await yard.at.put(yard.at.item("k", b"x" * (number + 1), owner=yard.at.other if number % 2 else yard.at.owner))
            await yard.at.delete(yard.at.removal("k"))
        await yard.advance(WEEK)
        assert await yard.purge(limit) == 5
        assert (await yard.at.used(), await yard.at.used(yard.at.other)) == (Used(), Used())

    @pytest.mark.parametrize("limit", [1, 2, 100])
    async def test_everything_that_a_deleted_bucket_held_is_purged(self, yard: Yard, limit: int) -> None:
        at = yard.at
        await at.put(at.item("trashed", b"1"))
        await at.delete(at.removal("trashed"))
        await at.put(at.item("null", b"22", owner=at.other))
        at = await at.keeping(Versioning.ENABLED)
        await at.put(at.item("stacked", b"333"))
        await at.put(at.copy(at.item("never", b""), key="stacked", owner=at.other))
        await at.delete(at.removal("marked"))
        await at.catalog.delete_bucket(at.bucket, origin=values.origin(at.owner), force=True)
        assert await yard.purge(limit) >= 5
        assert (await at.used(), await at.used(at.other)) == (Used(), Used())
        for key in ("trashed", "null", "stacked", "marked"):
            assert await at.kept(key) == []
        assert await at.catalog.page_heads(at.bucket.id, EVERY_KEY, limit=10) == []
        assert len(await yard.condemned()) == 3

    async def test_one_bucket_can_be_purged_alone(self, yard: Yard) -> None:
        at = yard.at
        another = await at.another_bucket()
        for bucket in (at.bucket, another):
            await at.put(at.item("k", bucket=bucket))
            await at.delete(at.removal("k", bucket=bucket))
            await at.put(at.item("k", b"22", bucket=bucket))
            await at.catalog.delete_bucket(bucket, origin=values.origin(at.owner), force=True)
        held = await at.used()
        assert await yard.purge(bucket=another.id) >= 2
        assert await at.used() == Used(held.stored_bytes // 2, held.stored_objects // 2, held.trashed_bytes // 2)
        assert await at.kept("k") != []
        assert await at.evidence.names(another.id) == set()
        assert await yard.purge(bucket=another.id) == 0
        await yard.purge()
        assert await at.used() == Used()

    async def test_the_names_of_a_deleted_bucket_are_forgotten_too(self, yard: Yard) -> None:
        at = yard.at
        for key in ("a", "b", "c"):
            await at.put(at.item(key))
            await at.delete(at.removal(key, forever=True))
        await at.put(at.item("d"))
        await at.catalog.delete_bucket(at.bucket, origin=values.origin(at.owner), force=True)
        assert await at.evidence.names(at.bucket.id) == {"a", "b", "c", "d"}
        assert await yard.purge(2) == 4
        assert await at.evidence.names(at.bucket.id) == set()
        assert await yard.purge() == 0

    async def test_other_buckets_are_left_alone(self, yard: Yard) -> None:
        at, kept = yard.at, await yard.put("k")
        elsewhere = await at.another_bucket()
        copy = replace(at.copy(kept, key="k"), bucket=elsewhere)
        await at.put(copy)
        await at.catalog.delete_bucket(elsewhere, origin=values.origin(at.owner), force=True)
        assert await yard.purge() == 1
        assert await at.used() == Used(1, 1)
        assert await yard.condemned() == set()
        new = await at.another_bucket()
        await at.put(replace(copy, operation=values.IDS.uuid7(), bucket=new))
        assert await yard.purge() == 0

    async def test_a_copy_outlives_the_bucket_of_its_source(self, yard: Yard) -> None:
        at = yard.at
        elsewhere = await at.another_bucket()
        source = at.item("k", bucket=elsewhere)
        await at.put(source)
        await at.catalog.delete_bucket(elsewhere, origin=values.origin(at.owner), force=True)
        await at.put(at.copy(source, key="copy"))
        await yard.purge()
        assert await yard.condemned() == set()
        assert await at.evidence.live() == blobs(source)

    async def test_purges_at_once_forget_each_version_once(self, yard: Yard) -> None:
        yard = replace(yard, at=replace(yard.at, names=iter(await yard.lend(30))))
        for number in range(24):
            owner = yard.at.other if number % 2 else yard.at.owner
            await yard.at.put(yard.at.item(f"{number}", owner=owner))
            await yard.at.delete(yard.at.removal(f"{number}"))
        await yard.advance(WEEK)
        assert sum(await asyncio.gather(*(yard.purge(5) for _ in range(4)))) + await yard.purge() == 24
        assert (await yard.at.used(), await yard.at.used(yard.at.other)) == (Used(), Used())

    async def test_purges_restores_and_writes_at_once_leave_everybody_charged_exactly(self, yard: Yard) -> None:
        at = replace(yard.at, names=iter(await yard.lend(16)))
        heads = [await at.put(at.item(f"{number}", owner=at.other if number % 2 else at.owner)) for number in range(12)]
        await at.catalog.commit([at.removal(head.key) for head in heads])
        restorations = [await at.restoration(head, owner=at.owner) for head in heads]
        await yard.advance(WEEK)
        at = replace(at, names=iter(await yard.lend(16)))
        writes = [at.commit(restoration) for restoration in restorations]
        writes += [at.commit(at.item(head.key, b"new", owner=at.other)) for head in heads]
        outcomes, purged = await asyncio.gather(asyncio.gather(*writes), yard.purge(3))
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert {type(outcome.reason) for outcome in refused} <= {NoSuchVersion}
        assert purged + await yard.purge() == len(refused)
        for owner in (at.owner, at.other):
            assert await at.used(owner) == await used_by(owner, at, [head.key for head in heads])


async def used_by(owner: User, at: Stage, keys: Iterable[ObjectKey]) -> Used:
    """What somebody is to be charged for, as far as names say."""
    heads = [head for key in keys if (head := await at.head(key)) and head.owner == owner.id]
    return Used(sum(head.content.size for head in heads), len(heads))


class PinSuite(Yarded):
    """Backups that hold the sweep."""

    async def test_nothing_is_due_while_a_pin_lasts(self, yard: Yard) -> None:
        await yard.abandon()
        pin = await yard.garbage.pin("backup", lasting=HOUR)
        assert await yard.due() == []
        await yard.garbage.unpin(pin)
        assert len(await yard.due()) == 4

    async def test_a_pin_ends_by_itself_unless_it_is_renewed(self, yard: Yard) -> None:
        await yard.abandon()
        pin = await yard.garbage.pin("backup", lasting=HOUR)
        await yard.advance(HOUR - SECOND)
        assert await yard.garbage.renew_pin(pin, lasting=HOUR)
        await yard.advance(HOUR - SECOND)
        assert await yard.due() == []
        await yard.advance(SECOND)
        assert len(await yard.due()) == 4

    async def test_a_pin_that_ran_out_cannot_be_renewed(self, yard: Yard) -> None:
        pin = await yard.garbage.pin("backup", lasting=HOUR)
        await yard.advance(HOUR)
        assert not await yard.garbage.renew_pin(pin, lasting=HOUR)
        await yard.garbage.pin("another", lasting=HOUR)
        assert not await yard.garbage.renew_pin(pin, lasting=HOUR)
        assert not await yard.garbage.renew_pin(values.IDS.uuid7(), lasting=HOUR)

    async def test_the_last_of_several_pins_counts(self, yard: Yard) -> None:
        await yard.abandon()
        first, second = [await yard.garbage.pin(f"backup {number}", lasting=HOUR) for number in range(2)]
        await yard.garbage.unpin(first)
        await yard.garbage.unpin(first)
        assert await yard.due() == []
        await yard.garbage.unpin(second)
        assert len(await yard.due()) == 4

    async def test_what_is_garbage_is_found_out_all_the_same(self, yard: Yard) -> None:
        item = await yard.put("k")
        await yard.delete("k")
        await yard.garbage.pin("backup", lasting=10 * GRACE)
        assert await yard.settle() == 1
        await yard.advance(GRACE)
        assert await yard.due() == []
        assert await yard.garbage.erased([], again_after=AT_ONCE) == 0
        assert await yard.at.evidence.live() == set()
        assert blobs(item) <= set(yard.lease)
