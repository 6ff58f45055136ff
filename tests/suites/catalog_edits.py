"""What every catalog promises about words that change, and about what comes back from the trash."""

from dataclasses import replace
from typing import Any

import pytest

from buckets.errors import NoSuchObject, NoSuchVersion, Overtaken, PreconditionFailed
from buckets.model.bucket import Versioning, Visibility
from buckets.model.commit import Condition, Deleted
from buckets.names import ObjectKey
from tests.factories import values
from tests.fixtures.evidence import Kept, Used
from tests.suites.catalog_stage import Stage, Staged

WORDS: dict[str, Any] = {
    "content_type": "image/png",
    "headers": {"cache-control": "no-store", "content-language": "de"},
    "metadata": {"a": "\u00e9\U0001f600", "b": ""},
    "tags": {},
    "filename": "Bild \u00e9.png",
}


class EditSuite(Staged):
    """Edits."""

    async def test_all_words_are_stored_with_an_object(self, at: Stage) -> None:
        item = at.item("k")
        head = await at.put(replace(item, content=replace(item.content, **WORDS), visibility=Visibility.PUBLIC))
        assert await at.head("k") == head
        assert (head.content.filename, head.content.headers, head.visibility) == (
            WORDS["filename"],
            WORDS["headers"],
            Visibility.PUBLIC,
        )

    async def test_an_overwrite_brings_words_of_its_own(self, at: Stage) -> None:
        item = at.item("k")
        await at.put(replace(item, content=replace(item.content, **WORDS), visibility=Visibility.PUBLIC))
        plain = await at.put(at.item("k"))
        assert await at.head("k") == plain
        assert (plain.content.filename, plain.content.headers, plain.visibility) == (None, {}, None)

    @pytest.mark.parametrize("versioning", Versioning)
    async def test_an_edit_changes_the_words_and_nothing_else(self, at: Stage, versioning: Versioning) -> None:
        at = await at.keeping(versioning)
        before = await at.put(at.item("k"))
        after = await at.put(at.edit(before, visibility=Visibility.PUBLIC, owner=at.other, **WORDS))
        assert after == replace(before, seq=2, content=replace(before.content, **WORDS), visibility=Visibility.PUBLIC)
        assert await at.head("k") == after
        assert await at.catalog.find_version(at.bucket.id, before.key, before.version) == after
        [kept] = await at.catalog.page_versions(at.bucket.id, before.key, limit=10)
        assert (kept.head, kept.seq, kept.at) == (after, 2, before.modified_at)
        assert (await at.used(), await at.used(at.other)) == (Used(4, 1), Used())
        assert await at.evidence.candidates() == set()

    async def test_an_edit_can_take_words_away(self, at: Stage) -> None:
        item = at.item("k")
        head = await at.put(replace(item, content=replace(item.content, **WORDS), visibility=Visibility.PUBLIC))
        bare = await at.put(at.edit(head, headers={}, metadata={}, filename=None))
        assert (await at.head("k"), bare.visibility, bare.content.filename) == (bare, None, None)

    async def test_an_edit_of_what_has_changed_meanwhile_is_refused(self, at: Stage) -> None:
        before = await at.put(at.item("k"))
        edited = await at.put(at.edit(before, filename="a"))
        assert isinstance(await at.refusal(at.edit(before, filename="b")), Overtaken)
        assert await at.head("k") == edited
        overwritten = await at.put(at.item("k"))
        assert isinstance(await at.refusal(at.edit(edited, filename="b")), Overtaken)
        assert await at.head("k") == overwritten

    async def test_an_edit_of_what_is_gone_is_refused(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        assert isinstance(await at.refusal(at.edit(head)), NoSuchObject)

    async def test_an_edit_is_recorded_and_announced_and_can_be_asked_for(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        edit = at.edit(head, filename="a")
        outcome = await at.commit(edit)
        assert edit.operation in await at.evidence.announced()
        assert [line.version for line in await at.evidence.audited()] == [head.version] * 2
        await at.put(at.item("k"))
        assert await at.catalog.resolve(edit) == outcome

    async def test_an_edit_stands_in_the_order_of_changes(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        for number in range(3):
            head = await at.put(at.edit(head, filename=f"{number}"))
        assert (head.seq, (await at.put(at.item("k"))).seq) == (4, 5)

    async def test_an_edit_may_have_conditions(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        other = replace(at.edit(head), condition=Condition(etag="other"))
        assert isinstance(await at.refusal(other), PreconditionFailed)
        await at.put(replace(at.edit(head), condition=Condition(etag=head.content.digests.etag, seq=1)))

    async def test_a_write_may_want_the_name_exactly_as_it_was_seen(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.put(at.edit(head, filename="a"))
        for stale in (at.item("k", condition=Condition(seq=1)), at.removal("k", condition=Condition(seq=1))):
            assert isinstance(await at.refusal(stale), Overtaken)
        await at.put(at.item("k", condition=Condition(seq=2)))

    async def test_a_write_may_want_something_to_be_there(self, at: Stage) -> None:
        there = Condition(present=True)
        for absent in (at.item("k", condition=there), at.removal("k", condition=there)):
            assert isinstance(await at.refusal(absent), NoSuchObject)
        await at.put(at.item("k"))
        await at.put(at.item("k", condition=there))
        await at.delete(at.removal("k", condition=there))


class RestoreSuite(Staged):
    """The trash, seen from those who want something back."""

    async def test_a_restored_object_is_what_it_was_and_leaves_the_trash(self, at: Stage) -> None:
        put = at.item("k", b"12345")
        before = await at.put(replace(put, visibility=Visibility.PUBLIC))
        await at.delete(at.removal("k"))
        restoration = await at.restoration(before)
        after = await at.put(restoration)
        assert (after.content, after.first, after.visibility) == (before.content, before.first, before.visibility)
        assert await at.head("k") == after
        assert await at.kept("k") == [Kept(after.version)]
        assert await at.used() == Used(5, 1)
        assert await at.evidence.live() == {blob.id for blob in put.blobs}
        assert list(await at.catalog.load_extents(at.bucket.id, after.version)) == list(put.extents)

    async def test_all_extents_of_a_restored_object_stay(self, at: Stage) -> None:
        first, second = at.item("a", b"1"), at.item("b", b"22")
        await at.catalog.commit([first, second])
        whole = at.copy(first, second, key="k")
        head = await at.put(whole)
        await at.catalog.commit([at.removal("a", forever=True), at.removal("b", forever=True), at.removal("k")])
        after = await at.put(await at.restoration(head))
        assert list(await at.catalog.load_extents(at.bucket.id, after.version)) == list(whole.extents)
        assert await at.evidence.referenced() == {blob.id for blob in (*first.blobs, *second.blobs)}

    async def test_who_restores_is_charged_and_who_had_trashed_it_is_not_any_more(self, at: Stage) -> None:
        head = await at.put(at.item("k", b"12345"))
        await at.delete(at.removal("k"))
        after = await at.put(await at.restoration(head, owner=at.other))
        assert after.owner == at.other.id
        assert (await at.used(), await at.used(at.other)) == (Used(), Used(5, 1))

    async def test_what_is_restored_is_restored_once(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        first, second = await at.restoration(head), await at.restoration(head)
        await at.put(first)
        assert isinstance(await at.refusal(second), NoSuchVersion)
        assert await at.used() == Used(4, 1)

    async def test_what_is_not_in_the_trash_cannot_be_restored(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        assert isinstance(await at.refusal(await at.restoration(head)), NoSuchVersion)
        await at.delete(at.removal("k", forever=True))
        gone = replace(await at.restoration(head), extents=[], content=values.content(b""))
        assert isinstance(await at.refusal(gone), NoSuchVersion)

    async def test_what_lies_in_the_trash_of_one_name_cannot_be_restored_under_another(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        elsewhere = replace(await at.restoration(head), key=ObjectKey("l"))
        assert isinstance(await at.refusal(elsewhere), NoSuchVersion)
        assert await at.kept("k") == [Kept(head.version, is_trashed=True)]

    async def test_a_restore_that_is_refused_leaves_the_trash_alone(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        await at.put(at.item("k", b"new"))
        restoration = await at.restoration(head, condition=Condition(absent=True))
        assert isinstance(await at.refusal(restoration), PreconditionFailed)
        assert await at.used() == Used(3, 1, 4)

    async def test_of_several_in_the_trash_the_one_that_is_meant_is_restored(self, at: Stage) -> None:
        heads = []
        for body in (b"1", b"22", b"333"):
            heads.append(await at.put(at.item("k", body)))
            await at.delete(at.removal("k"))
        after = await at.put(await at.restoration(heads[1]))
        assert after.content == heads[1].content
        left = [Kept(head.version, is_trashed=True) for head in (heads[0], heads[2])]
        assert await at.kept("k") == [*left, Kept(after.version)]
        assert await at.used() == Used(2, 1, 4)
        assert await at.delete(at.removal("k")) == Deleted(removed=after.version)

    async def test_a_restore_is_resolved_to_its_outcome(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        restoration = await at.restoration(head)
        outcome = await at.commit(restoration)
        assert await at.catalog.resolve(restoration) == outcome
