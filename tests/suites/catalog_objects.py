"""What every catalog promises about names and the heads they point to."""

import asyncio
from collections.abc import Sequence

import pytest

from buckets.errors import NoSuchObject, PreconditionFailed
from buckets.key_range import EVERY_KEY, KeyRange
from buckets.model.commit import Committed, Condition, Deleted, Refused
from buckets.names import ObjectKey
from tests.suites.catalog_stage import Stage, Staged

ABSENT = Condition(absent=True)


class ObjectSuite(Staged):
    """Puts, compare-and-set, groups and pages."""

    async def test_committed_object_is_read_back_whole(self, at: Stage) -> None:
        item = at.item("a/b", b"hello")
        put = await at.put(item)
        head = await at.head("a/b")
        assert head == put
        assert (head.content, head.version, head.seq, head.owner) == (item.content, item.version, 1, at.owner.id)
        assert list(await at.catalog.load_extents(at.bucket.id, item.version)) == list(item.extents)

    async def test_absent_name_has_no_head(self, at: Stage) -> None:
        assert await at.head("nothing") is None

    async def test_object_without_bytes_has_no_extents(self, at: Stage) -> None:
        item = at.item("empty", b"")
        await at.put(item)
        head = await at.head("empty")
        assert head is not None
        assert (head.first, head.extents) == (None, 0)
        assert list(await at.catalog.load_extents(at.bucket.id, item.version)) == []

    async def test_many_extents_are_read_back_in_their_order(self, at: Stage) -> None:
        parts = [at.item(f"part-{number}", b"p" * (number + 1)) for number in range(12)]
        for part in parts:
            await at.put(part)
        whole = at.copy(*reversed(parts), *parts, key="whole")
        head = await at.put(whole)
        assert (head.first, head.extents) == (whole.extents[0], 24)
        assert list(await at.catalog.load_extents(at.bucket.id, head.version)) == list(whole.extents)

    async def test_extents_of_a_version_are_those_of_its_bucket_only(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        assert list(await at.catalog.load_extents((await at.another_bucket()).id, head.version)) == []

    async def test_overwrite_moves_the_head_and_counts_on(self, at: Stage) -> None:
        await at.put(at.item("k", b"one"))
        second = at.item("k", b"second")
        await at.put(second)
        head = await at.head("k")
        assert head is not None
        assert (head.version, head.seq, head.content.size) == (second.version, 2, 6)

    @pytest.mark.parametrize("key", ["é", "e\u0301", "a//b", "..", "a\nb", "%2F", "x" * 1024, "\U0001f600"])
    async def test_unusual_keys_are_names_of_their_own(self, at: Stage, key: str) -> None:
        await at.put(at.item(key))
        head = await at.head(key)
        assert head is not None
        assert head.key == key

    async def test_composed_and_decomposed_names_are_two_objects(self, at: Stage) -> None:
        await at.put(at.item("\u00e9", b"one"))
        assert await at.head("e\u0301") is None

    async def test_create_only_write_loses_to_an_existing_object(self, at: Stage) -> None:
        first = await at.put(at.item("k", b"one", condition=ABSENT))
        assert isinstance(await at.refusal(at.item("k", b"two", condition=ABSENT)), PreconditionFailed)
        assert await at.current("k") == first.version

    async def test_if_match_write_wins_only_over_that_object(self, at: Stage) -> None:
        first = await at.put(at.item("k", b"one"))
        matching = Condition(etag=first.content.digests.etag)
        await at.put(at.item("k", b"two", condition=matching))
        assert isinstance(await at.refusal(at.item("k", b"three", condition=matching)), PreconditionFailed)
        assert isinstance(await at.refusal(at.item("other", b"four", condition=matching)), NoSuchObject)

    async def test_one_of_many_create_only_writers_wins(self, at: Stage) -> None:
        items = [at.item("race", b"x", condition=ABSENT) for _ in range(32)]
        outcomes = await asyncio.gather(*(at.commit(item) for item in items))
        winners = [outcome.head.version for outcome in outcomes if isinstance(outcome, Committed)]
        assert winners == [await at.current("race")]

    async def test_of_many_that_replace_one_object_one_wins(self, at: Stage) -> None:
        first = await at.put(at.item("race", b"first"))
        matching = Condition(etag=first.content.digests.etag)
        items = [at.item("race", b"%d" % number, condition=matching) for number in range(32)]
        outcomes = await asyncio.gather(*(at.commit(item) for item in items))
        winners = [outcome.head.version for outcome in outcomes if isinstance(outcome, Committed)]
        assert winners == [await at.current("race")]

    async def test_refused_item_leaves_its_neighbours_alone(self, at: Stage) -> None:
        await at.put(at.item("taken", b"one"))
        group = [at.item("new", b"two"), at.item("taken", b"three", condition=ABSENT), at.item("newer", b"four")]
        outcomes = await at.catalog.commit(group)
        assert [type(outcome) for outcome in outcomes] == [Committed, Refused, Committed]
        assert await at.current("newer") == group[2].version

    async def test_a_group_of_all_kinds_has_an_outcome_each_in_its_order(self, at: Stage) -> None:
        there = [at.item(f"there-{number}", b"there") for number in range(32)]
        await at.catalog.commit(there)
        group = [
            item
            for number in range(16)
            for item in (
                at.item(f"new-{number}", b"new", owner=at.other),
                at.removal(f"there-{number}", forever=number % 2 == 0),
                at.copy(there[number], there[number + 16], key=f"copy-{number}"),
                at.item(f"there-{number + 16}", b"no", condition=ABSENT),
            )
        ]
        outcomes = await at.catalog.commit(group)
        assert [type(outcome) for outcome in outcomes] == [Committed, Deleted, Committed, Refused] * 16
        for item, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Committed):
                assert await at.head(item.key) == outcome.head
        assert [outcome.removed for outcome in outcomes if isinstance(outcome, Deleted)] == [item.version for item in there[:16]]
        assert await self._names(at) == sorted(
            [*(f"new-{number}" for number in range(16)), *(f"copy-{number}" for number in range(16))]
            + [f"there-{number}" for number in range(16, 32)]
        )
        assert [line.version for line in await at.evidence.audited()] == [item.version for item in (*there, *group)]

    async def test_a_name_that_stands_in_a_group_twice_is_a_fault_of_the_program(self, at: Stage) -> None:
        with pytest.raises(ValueError, match="twice"):
            await at.catalog.commit([at.item("k", b"one"), at.removal("k")])
        assert await at.head("k") is None

    async def test_an_idempotency_key_that_stands_in_a_group_twice_is_a_fault_of_the_program(self, at: Stage) -> None:
        with pytest.raises(ValueError, match="twice"):
            await at.catalog.commit([at.named(at.item("k")), at.named(at.item("l"))])
        mine, theirs = at.named(at.item("k")), at.named(at.item("l", owner=at.other))
        assert [type(outcome) for outcome in await at.catalog.commit([mine, theirs])] == [Committed, Committed]

    async def test_pages_list_keys_in_the_order_of_their_bytes(self, at: Stage) -> None:
        keys = ["B", "a", "a/", "a/b", "a0", "b", "z", "\u00e9", "\u07ff", "\u0800", "\ufffd", "\U00010000", "\U0001f600"]
        await at.catalog.commit([at.item(key) for key in reversed(keys)])
        assert await self._names(at) == keys

    @pytest.mark.parametrize(
        ("first", "before", "limit", "expected"),
        [
            ("b", None, 10, ["b", "b/c", "\ufffd", "\U0001f600"]),
            ("b", "b0", 10, ["b", "b/c"]),
            ("", "b", 10, ["a"]),
            ("b\x01", "\U0001f600", 10, ["b/c", "\ufffd"]),
            ("", None, 2, ["a", "b"]),
            ("b", "b", 10, []),
            ("\U0001f601", None, 10, []),
        ],
    )
    async def test_a_page_has_bounds(self, at: Stage, first: str, before: str | None, limit: int, expected: Sequence[str]) -> None:
        await at.catalog.commit([at.item(key) for key in ("a", "b", "b/c", "\ufffd", "\U0001f600")])
        page = await at.catalog.page_heads(at.bucket.id, KeyRange(first, before), limit=limit)
        assert [head.key for head in page] == expected
        assert page == [await at.head(key) for key in expected]

    async def test_deleted_names_are_in_no_page(self, at: Stage) -> None:
        await at.catalog.commit([at.item(key) for key in ("a", "b", "c")])
        await at.delete(at.removal("b"))
        assert await self._names(at) == ["a", "c"]
        await at.put(at.item("b"))
        assert await self._names(at) == ["a", "b", "c"]

    async def test_a_page_is_of_one_bucket(self, at: Stage) -> None:
        elsewhere = await at.another_bucket()
        await at.catalog.commit([at.item("here"), at.item("there", bucket=elsewhere), at.item("here", bucket=elsewhere)])
        assert await self._names(at) == ["here"]

    async def _names(self, at: Stage) -> list[ObjectKey]:
        return [head.key for head in await at.catalog.page_heads(at.bucket.id, EVERY_KEY, limit=1000)]
