"""Copying and moving: the same bytes under another name, and nothing lost on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import CopyOntoItself, IdempotencyKeyReused, NoSuchObject, NoSuchVersion, PreconditionFailed
from buckets.model.bucket import Visibility
from buckets.model.commit import Committed, Condition, Repeatable
from buckets.model.version import Head
from buckets.names import ObjectKey, VersionId
from buckets.service.copy import CopyTerms, Source, Target, Words
from tests.factories.desk import IDS, Desk

PLAIN = CopyTerms()


@pytest.fixture
async def desk() -> Desk:
    return await Desk().move_in()


def source(desk: Desk, key: str, version: VersionId | None = None) -> Source:
    return Source(bucket=desk.plain, key=ObjectKey(key), version=version)


async def copy(desk: Desk, origin: Source, target: Target, terms: CopyTerms = PLAIN) -> Committed:
    _, committed = await desk.objects.copy(origin, target, desk.origin, terms)
    return committed


async def move(desk: Desk, origin: Source, target: Target, terms: CopyTerms = PLAIN) -> Head:
    return (await desk.objects.move(origin, target, desk.origin, terms)).head


class TestCopies:
    async def test_a_copy_within_a_placement_stores_no_bytes(self, desk: Desk) -> None:
        original = await desk.put(desk.plain, "a", b"bytes", metadata={"colour": "red"}, tags={"kind": "card"})
        blobs = set(desk.catalog.blobs)
        made = (await copy(desk, source(desk, "a"), Target(desk.kept, ObjectKey("b")))).head
        assert set(desk.catalog.blobs) == blobs
        assert made.content == original.content
        assert await desk.read(desk.kept, "b") == await desk.read(desk.plain, "a") == b"bytes"

    async def test_a_copy_into_another_placement_has_bytes_of_its_own_there(self, desk: Desk) -> None:
        original = await desk.put(desk.plain, "a", b"bytes", metadata={"colour": "red"}, filename="a.txt")
        made = (await copy(desk, source(desk, "a"), Target(desk.far, ObjectKey("b")))).head
        assert made.first
        assert original.first
        assert (made.first.placement, original.first.placement) == ("elsewhere", "default")
        assert made.first.blob != original.first.blob
        assert made.content == original.content
        assert await desk.read(desk.far, "b") == b"bytes"

    @pytest.mark.parametrize("bucket", ["kept", "far"])
    async def test_an_empty_object_can_be_copied_anywhere(self, desk: Desk, bucket: str) -> None:
        await desk.put(desk.plain, "empty", b"")
        target = desk.kept if bucket == "kept" else desk.far
        await copy(desk, source(desk, "empty"), Target(target, ObjectKey("b")))
        assert await desk.read(target, "b") == b""

    async def test_words_and_tags_can_be_replaced(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", metadata={"colour": "red"}, tags={"kind": "card"}, headers={"expires": "never"})
        terms = CopyTerms(words=Words(content_type="image/png", metadata={"size": "large"}), tags={})
        made = (await copy(desk, source(desk, "a"), Target(desk.plain, ObjectKey("b")), terms)).head
        assert (made.content.content_type, made.content.metadata) == ("image/png", {"size": "large"})
        assert (made.content.tags, made.content.headers) == ({}, {})

    async def test_onto_itself_only_with_something_changed(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        itself = Target(desk.plain, ObjectKey("a"))
        with pytest.raises(CopyOntoItself):
            await copy(desk, source(desk, "a"), itself)
        await copy(desk, source(desk, "a"), itself, CopyTerms(words=Words(content_type="image/png")))
        assert await desk.read(desk.plain, "a") == b"bytes"

    async def test_an_old_version_can_be_copied_and_an_unknown_one_cannot(self, desk: Desk) -> None:
        old = await desk.put(desk.kept, "a", b"old")
        await desk.put(desk.kept, "a", b"new")
        here = Source(bucket=desk.kept, key=ObjectKey("a"), version=old.version)
        await copy(desk, here, Target(desk.kept, ObjectKey("a")))
        assert await desk.read(desk.kept, "a") == b"old"
        with pytest.raises(NoSuchVersion):
            await copy(desk, replace(here, version=VersionId(IDS.uuid7())), Target(desk.plain, ObjectKey("b")))

    async def test_a_copy_of_nothing_is_none(self, desk: Desk) -> None:
        with pytest.raises(NoSuchObject):
            await copy(desk, source(desk, "a"), Target(desk.plain, ObjectKey("b")))

    @pytest.mark.parametrize("far", [True, False])
    async def test_the_condition_is_that_of_the_target(self, desk: Desk, far: bool) -> None:
        await desk.put(desk.plain, "a")
        target = Target(desk.far if far else desk.kept, ObjectKey("b"))
        terms = CopyTerms(condition=Condition(absent=True))
        await copy(desk, source(desk, "a"), target, terms)
        with pytest.raises(PreconditionFailed):
            await copy(desk, source(desk, "a"), target, terms)


class TestRepeats:
    @pytest.mark.parametrize("far", [True, False])
    async def test_the_same_copy_again_is_answered_as_before_even_when_its_source_is_gone(self, desk: Desk, far: bool) -> None:
        await desk.put(desk.plain, "a")
        terms, target = CopyTerms(repeatable=Repeatable("once", b"terms")), Target(desk.far if far else desk.plain, ObjectKey("b"))
        first = await copy(desk, source(desk, "a"), target, terms)
        await desk.delete(desk.plain, "a")
        assert await copy(desk, source(desk, "a"), target, terms) == Committed(first.head, replayed=True)

    async def test_another_copy_under_the_same_key_is_refused(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a")
        target = Target(desk.plain, ObjectKey("b"))
        await copy(desk, source(desk, "a"), target, CopyTerms(repeatable=Repeatable("once", b"terms")))
        with pytest.raises(IdempotencyKeyReused):
            await copy(desk, source(desk, "a"), target, CopyTerms(repeatable=Repeatable("once", b"others")))

    async def test_the_same_move_again_is_answered_as_before(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a")
        terms, target = CopyTerms(repeatable=Repeatable("once", b"terms")), Target(desk.kept, ObjectKey("b"))
        first = await move(desk, source(desk, "a"), target, terms)
        await desk.put(desk.plain, "a", b"came later")
        assert await move(desk, source(desk, "a"), target, terms) == first
        assert await desk.read(desk.plain, "a") == b"came later"


class TestMoves:
    async def test_a_move_that_was_cut_off_in_between_is_finished_by_the_next_attempt(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        desk.pass_time(timedelta(seconds=1))
        terms, target = CopyTerms(repeatable=Repeatable("once", b"terms")), Target(desk.kept, ObjectKey("b"))
        await copy(desk, source(desk, "a"), target, terms)
        await move(desk, source(desk, "a"), target, terms)
        with pytest.raises(NoSuchObject):
            await desk.read(desk.plain, "a")
        assert await desk.read(desk.kept, "b") == b"bytes"

    @pytest.mark.parametrize("body", [b"bytes", b"others"])
    async def test_what_came_since_is_not_taken_away_by_another_attempt(self, desk: Desk, body: bytes) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        terms, target = CopyTerms(repeatable=Repeatable("once", b"terms")), Target(desk.kept, ObjectKey("b"))
        await move(desk, source(desk, "a"), target, terms)
        desk.pass_time(timedelta(seconds=1))
        await desk.put(desk.plain, "a", body)
        await move(desk, source(desk, "a"), target, terms)
        assert await desk.read(desk.plain, "a") == body

    @pytest.mark.parametrize("far", [True, False])
    async def test_an_object_keeps_a_visibility_of_its_own(self, desk: Desk, far: bool) -> None:
        await desk.put(desk.plain, "a", visibility=Visibility.PRIVATE)
        head = await move(desk, source(desk, "a"), Target(desk.far if far else desk.kept, ObjectKey("b")))
        assert head.visibility is Visibility.PRIVATE

    @pytest.mark.parametrize("far", [True, False])
    async def test_the_old_name_lets_go_and_leaves_no_trash(self, desk: Desk, far: bool) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        target = desk.far if far else desk.kept
        await move(desk, source(desk, "a"), Target(target, ObjectKey("b")))
        assert await desk.read(target, "b") == b"bytes"
        assert await desk.catalog.page_versions(desk.plain.id, ObjectKey("a"), limit=9) == []
        [usage] = desk.catalog.usage.values()
        assert (usage.stored_bytes, usage.stored_objects, usage.trashed_bytes) == (5, 1, 0)

    async def test_a_move_onto_itself_is_refused(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        with pytest.raises(CopyOntoItself):
            await move(desk, source(desk, "a"), Target(desk.plain, ObjectKey("a")))
        assert await desk.read(desk.plain, "a") == b"bytes"

    async def test_a_move_that_may_not_arrive_takes_nothing_away(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"bytes")
        await desk.put(desk.kept, "b", b"here first")
        with pytest.raises(PreconditionFailed):
            await move(desk, source(desk, "a"), Target(desk.kept, ObjectKey("b")), CopyTerms(condition=Condition(absent=True)))
        assert await desk.read(desk.plain, "a") == b"bytes"
        assert await desk.read(desk.kept, "b") == b"here first"

    async def test_what_is_written_to_the_old_name_meanwhile_stays(self, desk: Desk) -> None:
        await desk.put(desk.plain, "a", b"moved")
        remove = desk.objects.remove

        class Late:
            async def __call__(self, *arguments: object, **words: object) -> object:
                await desk.put(desk.plain, "a", b"came later")
                return await remove(*arguments, **words)  # type: ignore[arg-type]  # as they come

        mover = replace(desk.objects.move, remove=Late())  # type: ignore[arg-type]  # it is called like one
        await mover(source(desk, "a"), Target(desk.kept, ObjectKey("b")), desk.origin, PLAIN)
        assert await desk.read(desk.kept, "b") == b"moved"
        assert await desk.read(desk.plain, "a") == b"came later"
