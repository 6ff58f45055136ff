"""Writes that must leave alone what is somebody else's: decided where the name is locked, so that no race gets by."""

from dataclasses import replace
from typing import TypeVar

from buckets.errors import NotPermitted
from buckets.model.bucket import Versioning
from buckets.model.commit import CommitItem, Committed, Condition, Refused
from tests.suites.catalog_stage import Stage, Staged

I = TypeVar("I", bound=CommitItem)  # noqa: E741  # an item of whatever kind


def only_own(item: I) -> I:
    return replace(item, origin=replace(item.origin, only_own=True))


class OwnershipSuite(Staged):
    """`owner` has stored something; `other` may change only what is its own."""

    async def test_what_is_anothers_is_neither_overwritten_nor_deleted_nor_edited(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        for item in (
            only_own(at.item("k", b"mine", owner=at.other)),
            only_own(at.removal("k", owner=at.other)),
            only_own(at.removal("k", owner=at.other, forever=True)),
            only_own(at.edit(head, owner=at.other, metadata={"a": "b"})),
        ):
            assert isinstance(await at.refusal(item), NotPermitted)
        assert await at.head("k") == head

    async def test_a_new_name_and_what_is_its_own_may_be_changed(self, at: Stage) -> None:
        await at.put(only_own(at.item("k", owner=at.other)))
        head = await at.put(only_own(at.item("k", b"again", owner=at.other)))
        await at.put(only_own(at.edit(head, owner=at.other, metadata={"a": "b"})))
        await at.delete(only_own(at.removal("k", owner=at.other)))
        assert await at.head("k") is None

    async def test_who_may_not_touch_it_does_not_learn_what_it_is_like(self, at: Stage) -> None:
        await at.put(at.item("k"))
        guess = Condition(etag="no such tag")
        assert isinstance(await at.refusal(only_own(at.item("k", owner=at.other, condition=guess))), NotPermitted)

    async def test_versions_of_others_are_not_covered_either(self, at: Stage) -> None:
        kept = await at.keeping(Versioning.ENABLED)
        await kept.put(kept.item("k"))
        assert isinstance(await kept.refusal(only_own(kept.item("k", owner=at.other))), NotPermitted)
        assert isinstance(await kept.refusal(only_own(kept.removal("k", owner=at.other))), NotPermitted)

    async def test_what_another_has_in_the_trash_is_not_brought_back(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        assert isinstance(await at.refusal(only_own(await at.restoration(head, owner=at.other))), NotPermitted)

    async def test_a_refused_write_touches_none_of_its_neighbours(self, at: Stage) -> None:
        await at.put(at.item("theirs"))
        group = [only_own(at.item("mine", owner=at.other)), only_own(at.item("theirs", owner=at.other))]
        first, second = await at.catalog.commit(group)
        assert isinstance(first, Committed)
        assert isinstance(second, Refused)
