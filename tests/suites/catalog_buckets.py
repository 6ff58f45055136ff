"""What every catalog promises about buckets and their rules."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import (
    BucketExists,
    BucketNotEmpty,
    BucketOwned,
    IdempotencyKeyReused,
    NoSuchBucket,
    Overtaken,
    StorageError,
)
from buckets.key_range import EVERY_KEY
from buckets.model.account import User
from buckets.model.action import Action
from buckets.model.bucket import AuditReads, Bucket, Lifecycle, Limits, Rules, Versioning, Visibility
from buckets.model.commit import CommitItem, Committed, Deleted, Idempotency, Refused
from buckets.model.policy import Effect, Statement, Who
from buckets.names import BucketName, VersionId
from buckets.ports import Founded
from tests.factories import values
from tests.fixtures.evidence import Deed
from tests.suites.catalog_stage import Stage, Staged

ONCE = Idempotency("once", b"f" * 32)
FULL = Rules(
    versioning=Versioning.ENABLED,
    visibility=Visibility.PUBLIC,
    trash=timedelta(hours=5),
    cache=timedelta(minutes=3),
    purpose="templates, \u00e9\U0001f600",
    limits=Limits(object_bytes=5 << 40),
    lifecycle=Lifecycle(expire_days=30, noncurrent_days=7, incomplete_days=None),
    policy=(
        Statement(
            name="open",
            effect=Effect.ALLOW,
            who=frozenset({Who.parse("anyone"), Who.parse("account:210987654321")}),
            actions=frozenset({Action.GET_OBJECT, Action.LIST_OBJECTS}),
            prefix="öffentlich/",
        ),
        Statement(
            name="kept", effect=Effect.DENY, who=frozenset({Who.parse("role:user")}), actions=frozenset({Action.DELETE_OBJECT})
        ),
    ),
    audit_reads=AuditReads.OFF,
)


class BucketSuite(Staged):
    """Making, changing, listing and deleting buckets."""

    async def test_bucket_is_found_by_name(self, at: Stage) -> None:
        assert await at.catalog.find_bucket(at.bucket.name) == at.bucket
        assert await at.catalog.find_bucket(BucketName("nowhere")) is None

    async def test_a_bucket_keeps_all_that_it_was_told(self, at: Stage) -> None:
        told = FULL.applied_to(values.bucket(at.owner, "told"))
        assert await at.catalog.create_bucket(told) == Founded(told)
        assert await at.catalog.find_bucket(told.name) == told

    async def test_a_name_is_taken_once_and_whose_it_is_is_told_to_its_account_only(self, at: Stage) -> None:
        with pytest.raises(BucketOwned):
            await at.catalog.create_bucket(values.bucket(at.owner))
        with pytest.raises(BucketExists):
            await at.catalog.create_bucket(values.bucket(await stranger(at)))
        assert await at.catalog.find_bucket(at.bucket.name) == at.bucket

    async def test_one_of_many_who_want_a_name_gets_it(self, at: Stage) -> None:
        owners = [at.owner, await stranger(at)] * 8
        outcomes = await asyncio.gather(
            *(at.catalog.create_bucket(values.bucket(owner, "race")) for owner in owners), return_exceptions=True
        )
        [founded] = [outcome for outcome in outcomes if isinstance(outcome, Founded)]
        assert {type(outcome) for outcome in outcomes} == {Founded, BucketOwned, BucketExists}
        assert await at.catalog.find_bucket(founded.bucket.name) == founded.bucket

    async def test_what_is_done_to_a_bucket_is_recorded_and_what_is_refused_is_not(self, at: Stage) -> None:
        origin = replace(values.origin(at.owner), action="by_hand")
        with pytest.raises(BucketOwned):
            await at.catalog.create_bucket(values.bucket(at.owner), origin=origin)
        made = values.bucket(at.owner, "made")
        await at.catalog.create_bucket(made, origin=origin)
        await at.catalog.change_bucket(replace(made, purpose="other"), origin=origin)
        with pytest.raises(Overtaken):
            await at.catalog.change_bucket(made, origin=origin)
        await at.catalog.delete_bucket(made, origin=origin)
        with pytest.raises(NoSuchBucket):
            await at.catalog.delete_bucket(made, origin=origin)
        first = [Deed("create_account", f"account:{at.owner.account}", None), Deed("create_bucket", "photos", None)]
        assert await at.evidence.deeds() == [*first, *[Deed("by_hand", "made", at.owner.id)] * 3]


class RepeatedBucketSuite(Staged):
    """Buckets that are made under a name which their creation may be repeated by."""

    async def test_a_repeated_creation_is_answered_as_before(self, at: Stage) -> None:
        first = FULL.applied_to(values.bucket(at.owner, "made"))
        await at.catalog.create_bucket(first, idempotency=ONCE)
        again = values.bucket(at.owner, "made")
        assert await at.catalog.create_bucket(again, idempotency=ONCE) == Founded(first, replayed=True)
        assert len(await at.evidence.deeds()) == 3

    async def test_the_first_answer_stands_whatever_became_of_the_bucket(self, at: Stage) -> None:
        first = values.bucket(at.owner, "made")
        await at.catalog.create_bucket(first, idempotency=ONCE)
        await at.catalog.delete_bucket(first, origin=values.origin(at.owner))
        again = await at.catalog.create_bucket(values.bucket(at.owner, "made"), idempotency=ONCE)
        assert again == Founded(first, replayed=True)
        assert await at.catalog.find_bucket(first.name) is None

    async def test_of_many_repeats_at_once_one_makes_it(self, at: Stage) -> None:
        made = [values.bucket(at.owner, "made") for _ in range(8)]
        founded = await asyncio.gather(*(at.catalog.create_bucket(each, idempotency=ONCE) for each in made))
        assert [each.replayed for each in founded].count(False) == 1
        assert {each.bucket.id for each in founded} == {(await living(at, "made")).id}

    async def test_of_many_requests_by_one_name_for_different_buckets_one_is_made(self, at: Stage) -> None:
        requests = [Idempotency("once", bytes([number] * 32)) for number in range(8)]
        made = [values.bucket(at.owner, f"made-{number}") for number in range(8)]
        attempts = (at.catalog.create_bucket(bucket, idempotency=each) for bucket, each in zip(made, requests, strict=True))
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(IdempotencyKeyReused) == 7
        assert [bucket.name[:5] for bucket in await names(at)] == ["made-", "photo"]

    async def test_a_name_used_for_another_request_is_refused(self, at: Stage) -> None:
        await at.catalog.create_bucket(values.bucket(at.owner, "made"), idempotency=ONCE)
        with pytest.raises(IdempotencyKeyReused):
            await at.catalog.create_bucket(values.bucket(at.owner, "other"), idempotency=Idempotency("once", b"g" * 32))
        assert await at.catalog.find_bucket(BucketName("other")) is None

    async def test_a_refused_creation_leaves_its_name_free(self, at: Stage) -> None:
        with pytest.raises(BucketOwned):
            await at.catalog.create_bucket(values.bucket(at.owner), idempotency=ONCE)
        assert not (await at.catalog.create_bucket(values.bucket(at.owner, "made"), idempotency=ONCE)).replayed

    async def test_names_of_requests_for_objects_and_for_buckets_are_one_set(self, at: Stage) -> None:
        await at.put(at.named(at.item("k"), "object"))
        with pytest.raises(IdempotencyKeyReused):
            await at.catalog.create_bucket(values.bucket(at.owner, "made"), idempotency=Idempotency("object", b"f" * 32))
        await at.catalog.create_bucket(values.bucket(at.owner, "made"), idempotency=Idempotency("bucket", b"f" * 32))
        put = at.named(at.item("l"), "bucket")
        assert isinstance(await at.refusal(put), IdempotencyKeyReused)
        with pytest.raises(IdempotencyKeyReused):
            await at.catalog.find_answer(put.writer, Idempotency("bucket", b"f" * 32))


class ChangedBucketSuite(Staged):
    """Rules that change, and pages of buckets."""

    async def test_a_bucket_is_given_other_rules_and_counts_them(self, at: Stage) -> None:
        changed = await at.catalog.change_bucket(FULL.applied_to(at.bucket), origin=values.origin(at.owner))
        assert changed == replace(FULL.applied_to(at.bucket), revision=2)
        assert await at.catalog.find_bucket(at.bucket.name) == changed

    async def test_nothing_but_its_rules_is_changed(self, at: Stage) -> None:
        other = replace(at.bucket, owner=at.other.id, placement="elsewhere", created_at=at.bucket.created_at + timedelta(1))
        assert await at.catalog.change_bucket(other, origin=values.origin(at.owner)) == replace(at.bucket, revision=2)

    async def test_a_change_of_what_was_changed_meanwhile_is_refused(self, at: Stage) -> None:
        changed = await at.catalog.change_bucket(at.bucket, origin=values.origin(at.owner))
        with pytest.raises(Overtaken):
            await at.catalog.change_bucket(replace(at.bucket, purpose="late"), origin=values.origin(at.owner))
        assert await at.catalog.find_bucket(at.bucket.name) == changed

    async def test_of_many_changes_at_once_one_wins(self, at: Stage) -> None:
        changes = [at.catalog.change_bucket(replace(at.bucket, purpose=f"{n}"), origin=values.origin(at.owner)) for n in range(8)]
        outcomes = await asyncio.gather(*changes, return_exceptions=True)
        [winner] = [outcome for outcome in outcomes if isinstance(outcome, Bucket)]
        assert [type(outcome) for outcome in outcomes].count(Overtaken) == 7
        assert await at.catalog.find_bucket(at.bucket.name) == winner

    async def test_rules_count_from_the_moment_they_are_given_whatever_a_writer_believes(self, at: Stage) -> None:
        first = await at.put(at.item("k", b"1"))
        second, removal = at.item("k", b"22"), at.removal("k")
        keeping = await at.keeping(Versioning.ENABLED)
        head = await at.put(second)
        assert await at.delete(removal) == Deleted(marker=VersionId(removal.operation))
        assert [kept.id for kept in await keeping.kept("k")] == [first.version, head.version, removal.operation]

    async def test_pages_list_the_buckets_of_an_account_in_the_order_of_their_names(self, at: Stage) -> None:
        for name in ("b", "a", "a.b", "a-b", "a0", "ab", "z"):
            await at.another_bucket(f"is-{name}")
        other = await stranger(at)
        await at.catalog.create_bucket(values.bucket(other, "is-foreign"))
        everything = ["is-a", "is-a-b", "is-a.b", "is-a0", "is-ab", "is-b", "is-z", "photos"]
        assert [bucket.name for bucket in await names(at)] == everything
        assert await self._page(at, prefix="is-a", limit=10) == everything[:5]
        assert await self._page(at, prefix="is-a", after="is-a.b", limit=1) == ["is-a0"]
        assert await self._page(at, prefix="is-a", after="a", limit=2) == everything[:2]
        assert await self._page(at, prefix="is-a", after="is-b", limit=2) == []
        assert await self._page(at, after="is-z", limit=2) == ["photos"]
        assert [await at.catalog.find_bucket(bucket.name) for bucket in await names(at)] == await names(at)

    async def _page(self, at: Stage, *, prefix: str = "", after: str = "", limit: int) -> list[str]:
        return [bucket.name for bucket in await at.catalog.page_buckets(at.owner.account, prefix=prefix, after=after, limit=limit)]


class DeletedBucketSuite(Staged):
    """Buckets that are deleted."""

    async def test_a_deleted_bucket_is_not_found_and_its_name_is_free(self, at: Stage) -> None:
        await delete(at)
        assert await at.catalog.find_bucket(at.bucket.name) is None
        assert await names(at) == []
        other = values.bucket(await stranger(at))
        assert await at.catalog.create_bucket(other) == Founded(other)
        assert await at.catalog.find_bucket(at.bucket.name) == other

    async def test_what_is_gone_can_be_neither_changed_nor_deleted(self, at: Stage) -> None:
        await delete(at)
        await at.catalog.create_bucket(values.bucket(at.owner))
        with pytest.raises(NoSuchBucket):
            await at.catalog.change_bucket(at.bucket, origin=values.origin(at.owner))
        with pytest.raises(NoSuchBucket):
            await delete(at, force=True)

    async def test_a_bucket_with_an_object_is_not_deleted_unless_by_force(self, at: Stage) -> None:
        await at.put(at.item("k"))
        with pytest.raises(BucketNotEmpty):
            await delete(at)
        assert await at.catalog.find_bucket(at.bucket.name) == at.bucket
        await delete(at, force=True)
        assert await at.catalog.find_bucket(at.bucket.name) is None

    @pytest.mark.parametrize("forever", [False, True])
    async def test_trash_is_no_content(self, at: Stage, forever: bool) -> None:
        await at.put(at.item("k"))
        await at.delete(at.removal("k", forever=forever))
        await delete(at)

    async def test_versions_and_markers_are_content(self, at: Stage) -> None:
        keeping = await at.keeping(Versioning.ENABLED)
        await keeping.delete(keeping.removal("marker"))
        with pytest.raises(BucketNotEmpty):
            await delete(at)

    async def test_what_is_left_behind_a_null_marker_is_content(self, at: Stage) -> None:
        keeping = await at.keeping(Versioning.ENABLED)
        await keeping.put(keeping.item("k"))
        suspended = await at.keeping(Versioning.SUSPENDED)
        await suspended.delete(suspended.removal("k"))
        with pytest.raises(BucketNotEmpty):
            await delete(at)

    async def test_no_write_reaches_a_bucket_that_is_gone(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await delete(at, force=True)
        elsewhere = await at.another_bucket()
        group: list[CommitItem] = [
            at.item("l"),
            at.item("k", bucket=elsewhere),
            at.removal("n"),
            at.edit(head),
            at.named(at.item("m")),
        ]
        outcomes = await at.catalog.commit(group)
        assert [type(outcome) for outcome in outcomes] == [Refused, Committed, Refused, Refused, Refused]
        assert [type(each.reason) for each in outcomes if isinstance(each, Refused)] == [NoSuchBucket] * 4
        reasons = {line.operation: line.reason for line in await at.evidence.audited()}
        assert [reasons[item.operation] for item in group] == ["NoSuchBucket", None, *["NoSuchBucket"] * 3]

    async def test_a_new_bucket_of_the_same_name_holds_nothing_of_the_old(self, at: Stage) -> None:
        await at.put(at.item("k"))
        await delete(at, force=True)
        new = (await at.catalog.create_bucket(values.bucket(at.owner))).bucket
        assert await at.catalog.page_heads(new.id, EVERY_KEY, limit=10) == []
        assert await at.catalog.page_versions(new.id, at.item("k").key, limit=10) == []

    @pytest.mark.parametrize("turn", range(4))
    async def test_a_writer_and_who_deletes_the_empty_bucket_do_not_both_win(self, at: Stage, turn: int) -> None:
        writes: list[Awaitable[object]] = [at.commit(at.item(f"{number}")) for number in range(6)]
        writes.insert(2 * turn, delete(at))
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        deleted = not isinstance(outcomes[2 * turn], StorageError)
        written = [outcome for outcome in outcomes if isinstance(outcome, Committed)]
        assert bool(written) is not deleted
        assert (await at.catalog.find_bucket(at.bucket.name) is None) is deleted


async def stranger(at: Stage) -> User:
    """Who owns another account."""
    owner = values.user("998877665544")
    await at.catalog.create_account(values.account(owner.account), owner)
    return owner


async def living(at: Stage, name: str) -> Bucket:
    found = await at.catalog.find_bucket(BucketName(name))
    assert found is not None
    return found


async def names(at: Stage) -> Sequence[Bucket]:
    return await at.catalog.page_buckets(at.owner.account, prefix="", after="", limit=100)


async def delete(at: Stage, *, force: bool = False) -> None:
    await at.catalog.delete_bucket(at.bucket, origin=values.origin(at.owner), force=force)
