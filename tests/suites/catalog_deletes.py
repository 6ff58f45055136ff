"""What every catalog promises about deleting, and about buckets that keep versions."""

from datetime import timedelta

import pytest

from buckets.errors import NoSuchObject, PreconditionFailed
from buckets.model.bucket import Versioning
from buckets.model.commit import Condition, Deleted
from tests.fixtures.evidence import Kept, Used
from tests.suites.catalog_stage import Stage, Staged

NO_TRASH = timedelta(0)
NOTHING = Deleted(None, None)


class DeleteSuite(Staged):
    """Deletes, the trash, versions and markers."""

    @pytest.fixture
    async def keeping(self, at: Stage) -> Stage:
        return await at.keeping(Versioning.ENABLED)

    async def test_a_deleted_name_has_no_head(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        assert await at.delete(at.removal("k")) == Deleted(removed=head.version)
        assert await at.head("k") is None

    async def test_deleting_what_is_absent_is_harmless(self, at: Stage) -> None:
        assert await at.delete(at.removal("never")) == NOTHING
        await at.put(at.item("once"))
        await at.delete(at.removal("once"))
        assert await at.delete(at.removal("once")) == NOTHING
        assert await at.used() == Used(trashed_bytes=4)

    async def test_a_delete_that_changes_nothing_leaves_its_line_in_the_audit_only(self, at: Stage) -> None:
        await at.delete(at.removal("never"))
        assert await at.evidence.announced() == set()
        assert [line.result for line in await at.evidence.audited()] == ["done"]

    async def test_a_deleted_object_goes_to_the_trash_and_is_charged_there(self, at: Stage) -> None:
        head = await at.put(at.item("k", b"12345"))
        assert await at.used() == Used(5, 1)
        await at.delete(at.removal("k"))
        assert await at.kept("k") == [Kept(head.version, is_trashed=True)]
        assert await at.used() == Used(0, 0, 5)
        assert await at.evidence.candidates() == set()

    async def test_a_bucket_without_trash_forgets_at_once(self, at: Stage) -> None:
        item = at.item("k", b"12345")
        at = await at.keeping(trash=NO_TRASH)
        await at.put(item)
        assert await at.delete(at.removal("k")) == Deleted(removed=item.version)
        assert await at.kept("k") == []
        assert await at.used() == Used()
        assert await at.evidence.candidates() == {blob.id for blob in item.blobs}

    async def test_what_is_deleted_for_ever_is_forgotten_at_once(self, at: Stage) -> None:
        first, second = at.item("a", b"1"), at.item("b", b"22")
        await at.catalog.commit([first, second])
        whole = await at.put(at.copy(first, second, key="k"))
        assert await at.delete(at.removal("k", forever=True)) == Deleted(removed=whole.version)
        assert await at.kept("k") == []
        assert await at.used() == Used(3, 2)
        assert await at.evidence.candidates() == {blob.id for blob in (*first.blobs, *second.blobs)}

    async def test_an_overwritten_object_is_forgotten_and_not_trashed(self, at: Stage) -> None:
        first, second = at.item("k", b"1"), at.item("k", b"22")
        await at.put(first)
        await at.put(second)
        assert await at.kept("k") == [Kept(second.version)]
        assert await at.used() == Used(2, 1)
        assert await at.evidence.candidates() == {blob.id for blob in first.blobs}

    async def test_what_lies_in_the_trash_stays_there_when_its_name_is_used_again(self, at: Stage) -> None:
        for body in (b"1", b"22"):
            await at.put(at.item("k", body))
            await at.delete(at.removal("k"))
        await at.put(at.item("k", b"333"))
        await at.delete(at.removal("k", forever=True))
        assert [kept.is_trashed for kept in await at.kept("k")] == [True, True]
        assert await at.used() == Used(0, 0, 3)

    async def test_a_conditional_delete_wins_only_over_that_object(self, at: Stage) -> None:
        head = await at.put(at.item("k", b"one"))
        matching = Condition(etag=head.content.digests.etag)
        changed = await at.put(at.item("k", b"two"))
        assert isinstance(await at.refusal(at.removal("k", condition=matching)), PreconditionFailed)
        assert await at.head("k") == changed
        assert isinstance(await at.refusal(at.removal("absent", condition=matching)), NoSuchObject)
        removed = await at.delete(at.removal("k", condition=Condition(etag=changed.content.digests.etag)))
        assert removed == Deleted(removed=changed.version)

    @pytest.mark.parametrize("versioning", Versioning)
    async def test_a_create_only_write_wins_after_a_delete(self, at: Stage, versioning: Versioning) -> None:
        at = await at.keeping(versioning)
        await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        created = await at.put(at.item("k", condition=Condition(absent=True)))
        assert await at.head("k") == created

    @pytest.mark.parametrize("versioning", Versioning)
    async def test_the_order_of_versions_counts_on_over_deletes(self, at: Stage, versioning: Versioning) -> None:
        at = await at.keeping(versioning)
        first = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        second = await at.put(at.item("k"))
        await at.delete(at.removal("k", forever=True))
        third = await at.put(at.item("k"))
        assert [first.seq, second.seq, third.seq] == [1, 3, 5]

    async def test_a_bucket_that_keeps_versions_keeps_what_is_overwritten(self, keeping: Stage) -> None:
        first = await keeping.put(keeping.item("k", b"1"))
        second = await keeping.put(keeping.item("k", b"22"))
        assert await keeping.kept("k") == [Kept(first.version, is_null=False), Kept(second.version, is_null=False)]
        assert await keeping.used() == Used(3, 2)
        assert await keeping.evidence.candidates() == set()
        assert len(await keeping.catalog.load_extents(first.bucket, first.version)) == 1

    @pytest.mark.parametrize("forever", [False, True])
    async def test_a_bucket_that_keeps_versions_marks_deletes_and_keeps_the_charge(self, keeping: Stage, forever: bool) -> None:
        put = await keeping.put(keeping.item("k", b"12345"))
        removal = keeping.removal("k", owner=keeping.other, forever=forever)
        assert await keeping.delete(removal) == Deleted(marker=removal.version)
        assert await keeping.head("k") is None
        assert await keeping.kept("k") == [
            Kept(put.version, is_null=False),
            Kept(removal.version, is_null=False, is_marker=True),
        ]
        assert (await keeping.used(), await keeping.used(keeping.other)) == (Used(5, 1), Used(0, 1))

    async def test_a_bucket_that_keeps_versions_marks_what_is_absent_too(self, keeping: Stage) -> None:
        first, second = keeping.removal("k"), keeping.removal("k")
        assert await keeping.delete(first) == Deleted(marker=first.version)
        assert await keeping.delete(second) == Deleted(marker=second.version)
        assert [kept.is_marker for kept in await keeping.kept("k")] == [True, True]
        assert await keeping.used() == Used(0, 2)

    async def test_a_bucket_that_ceased_to_keep_versions_replaces_its_null_version_only(self, keeping: Stage) -> None:
        before = await keeping.put(keeping.item("k", b"1"))
        at = await keeping.keeping(Versioning.SUSPENDED)
        null = at.item("k", b"22")
        await at.put(null)
        newest = await at.put(at.item("k", b"333"))
        assert await at.kept("k") == [Kept(before.version, is_null=False), Kept(newest.version)]
        assert await at.head("k") == newest
        assert await at.used() == Used(4, 2)
        assert await at.evidence.candidates() == {blob.id for blob in null.blobs}

    async def test_a_bucket_that_begins_to_keep_versions_keeps_its_null_version(self, at: Stage) -> None:
        null = await at.put(at.item("k", b"1"))
        keeping = await at.keeping(Versioning.ENABLED)
        newer = await keeping.put(keeping.item("k", b"22"))
        assert await at.kept("k") == [Kept(null.version), Kept(newer.version, is_null=False)]
        suspended = await at.keeping(Versioning.SUSPENDED)
        newest = await suspended.put(suspended.item("k", b"333"))
        assert await at.kept("k") == [Kept(newer.version, is_null=False), Kept(newest.version)]
        assert await at.used() == Used(5, 2)

    async def test_a_bucket_that_ceased_to_keep_versions_puts_a_null_marker_in_place_of_its_null_version(self, at: Stage) -> None:
        at = await at.keeping(Versioning.SUSPENDED)
        null, removal = at.item("k", b"22"), at.removal("k")
        await at.put(null)
        assert await at.delete(removal) == Deleted(removed=null.version, marker=removal.version)
        assert await at.head("k") is None
        assert await at.kept("k") == [Kept(null.version, is_trashed=True), Kept(removal.version, is_marker=True)]
        assert await at.used() == Used(0, 1, 2)

    async def test_a_null_marker_is_replaced_by_the_next_null_version(self, at: Stage) -> None:
        at = await at.keeping(Versioning.SUSPENDED, trash=NO_TRASH)
        first, second = at.removal("k"), at.removal("k")
        await at.delete(first)
        assert await at.delete(second) == Deleted(removed=first.version, marker=second.version)
        assert await at.kept("k") == [Kept(second.version, is_marker=True)]
        put = await at.put(at.item("k", b"22"))
        assert await at.kept("k") == [Kept(put.version)]
        assert await at.used() == Used(2, 1)

    async def test_a_null_marker_leaves_kept_versions_alone(self, keeping: Stage) -> None:
        put = await keeping.put(keeping.item("k", b"1"))
        at = await keeping.keeping(Versioning.SUSPENDED)
        removal = at.removal("k")
        assert await at.delete(removal) == Deleted(marker=removal.version)
        assert await at.head("k") is None
        assert await at.kept("k") == [Kept(put.version, is_null=False), Kept(removal.version, is_marker=True)]
        assert await at.used() == Used(1, 2)
