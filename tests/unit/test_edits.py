"""Editing what is said about an object, and bringing back what was deleted."""

import asyncio
from datetime import timedelta

import pytest

from buckets.errors import InvalidTag, MetadataTooLarge, NameTaken, NoSuchObject, PreconditionFailed
from buckets.model.bucket import Visibility
from buckets.model.commit import UNCONDITIONAL, Condition, Repeatable
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.service.edit import Edits
from tests.factories.desk import Desk

KEY = ObjectKey("a")


@pytest.fixture
async def desk() -> Desk:
    return await Desk().move_in()


async def edit(desk: Desk, edits: Edits, condition: Condition = UNCONDITIONAL) -> Head:
    return await desk.objects.edit(desk.plain, KEY, edits, desk.origin, condition=condition)


class TestEdits:
    async def test_words_change_and_bytes_and_version_stay(self, desk: Desk) -> None:
        before = await desk.put(desk.plain, "a", b"bytes", metadata={"colour": "red", "size": "small"}, tags={"kind": "card"})
        after = await edit(desk, Edits(metadata={"colour": "blue", "size": None}, tags={"state": "new"}))
        assert (after.content.metadata, after.content.tags) == ({"colour": "blue"}, {"kind": "card", "state": "new"})
        assert (after.version, after.modified_at, after.first) == (before.version, before.modified_at, before.first)
        assert after.seq > before.seq
        assert await desk.objects.read.head(desk.plain, KEY) == after
        assert await desk.read(desk.plain, "a") == b"bytes"

    async def test_what_is_not_said_stays(self, desk: Desk) -> None:
        before = await desk.put(desk.plain, "a", metadata={"colour": "red"}, tags={"kind": "card"}, visibility=Visibility.PUBLIC)
        after = await edit(desk, Edits())
        assert (after.content, after.visibility) == (before.content, Visibility.PUBLIC)

    async def test_the_visibility_can_be_the_bucket_s_again(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", visibility=Visibility.PUBLIC)
        assert (await edit(desk, Edits(visibility=Visibility.PRIVATE))).visibility is Visibility.PRIVATE
        assert (await edit(desk, Edits(visibility=None))).visibility is None

    async def test_the_condition_holds_at_the_edit(self, desk: Desk) -> None:
        head = await desk.put(desk.plain, "a")
        with pytest.raises(PreconditionFailed):
            await edit(desk, Edits(tags={"kind": "card"}), Condition(etag="another"))
        await edit(desk, Edits(tags={"kind": "card"}), Condition(etag=head.content.digests.etag))

    async def test_nothing_cannot_be_edited(self, desk: Desk) -> None:
        with pytest.raises(NoSuchObject):
            await edit(desk, Edits())

    async def test_edits_that_meet_are_all_made(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a")
        await asyncio.gather(*(edit(desk, Edits(metadata={f"n{number}": "x"})) for number in range(5)))
        head = await desk.objects.read.head(desk.plain, KEY)
        assert set(head.content.metadata) == {f"n{number}" for number in range(5)}

    async def test_together_they_may_not_say_too_much(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", metadata={"a": "x" * 2000})
        with pytest.raises(MetadataTooLarge):
            await edit(desk, Edits(metadata={"b": "x" * 100}))
        with pytest.raises(InvalidTag):
            await edit(desk, Edits(tags={f"t{number}": "" for number in range(11)}))


class TestRestores:
    async def test_what_was_deleted_comes_back_out_of_the_trash(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes", metadata={"colour": "red"})
        await desk.delete(desk.plain, "a")
        head = (await desk.objects.restore(desk.plain, KEY, desk.origin)).head
        assert await desk.read(desk.plain, "a") == b"bytes"
        assert head.content.metadata == {"colour": "red"}
        [usage] = desk.catalog.usage.values()
        assert (usage.stored_bytes, usage.stored_objects, usage.trashed_bytes) == (5, 1, 0)

    async def test_of_several_the_last_comes_back_first(self, desk: Desk) -> None:
        for body in (b"first", b"second"):
            await desk.put(desk.plain, "a", body)
            await desk.delete(desk.plain, "a")
        for body in (b"second", b"first"):
            await desk.objects.restore(desk.plain, KEY, desk.origin)
            assert await desk.read(desk.plain, "a") == body
            await desk.objects.remove(desk.plain, KEY, desk.origin, forever=True)

    async def test_what_a_marker_hides_comes_back_as_a_new_version(self, desk: Desk) -> None:
        old = await desk.put(desk.kept, "a", b"bytes")
        for _ in range(3):
            await desk.delete(desk.kept, "a")
        head = (await desk.objects.restore(desk.kept, KEY, desk.origin)).head
        assert head.version != old.version
        assert await desk.read(desk.kept, "a") == b"bytes"

    async def test_what_is_there_is_not_replaced(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"deleted")
        await desk.delete(desk.plain, "a")
        await desk.put(desk.plain, "a", b"here now")
        with pytest.raises(NameTaken):
            await desk.objects.restore(desk.plain, KEY, desk.origin)
        assert await desk.read(desk.plain, "a") == b"here now"

    async def test_what_never_was_does_not_come(self, desk: Desk) -> None:
        with pytest.raises(NoSuchObject):
            await desk.objects.restore(desk.plain, KEY, desk.origin)

    async def test_of_two_who_restore_one_does(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        await desk.delete(desk.plain, "a")
        restores = [desk.objects.restore(desk.plain, KEY, desk.origin) for _ in range(2)]
        outcomes = await asyncio.gather(*restores, return_exceptions=True)
        assert [type(each) for each in outcomes].count(NameTaken) == 1
        assert await desk.read(desk.plain, "a") == b"bytes"

    async def test_again_under_the_same_key_is_answered_as_before(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        await desk.delete(desk.plain, "a")
        once = Repeatable("once", b"terms")
        first = await desk.objects.restore(desk.plain, KEY, desk.origin, once)
        again = await desk.objects.restore(desk.plain, KEY, desk.origin, once)
        assert (again.head, again.replayed) == (first.head, True)

    async def test_the_trash_has_its_time(self, desk: Desk) -> None:
        from buckets.memory.garbage import MemoryGarbage

        await desk.put(desk.plain, "a", b"bytes")
        await desk.delete(desk.plain, "a")
        garbage = MemoryGarbage(desk.catalog)
        assert await garbage.purge(limit=9) == 0
        desk.pass_time(timedelta(days=7))
        assert await garbage.purge(limit=9) == 1
        with pytest.raises(NoSuchObject):
            await desk.objects.restore(desk.plain, KEY, desk.origin)
