"""What every catalog promises about lists: whatever the keys are and however a list is cut into pages, it says what is there."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buckets.key_range import EVERY_KEY, KeyRange, page_range
from buckets.memory.listing import folded
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import Committed, PutItem
from buckets.model.page import Folder, Order, Place
from buckets.model.version import Head, ScanState
from buckets.names import ObjectKey
from tests.factories import values
from tests.suites.catalog_stage import Stage, Staged

EDGES = "\ud7ff\ue000\U0010ffff"
"""Where UTF-8 has a hole, and where it ends."""
keys = st.sets(st.text("ab/-\t" + EDGES, min_size=1, max_size=6), max_size=20)
delimiters = st.sampled_from(["/", "a", "//", "-/", "/a", "\ud7ff", "\U0010ffff", "/\U0010ffff", "\U0010ffff" * 2, "bb/-"])
prefixes = st.text("ab/-" + EDGES, max_size=3)
limits = st.integers(1, 7)

few_examples = settings(max_examples=30, suppress_health_check=list(HealthCheck))  # each example has a bucket of its own
_numbers = count()


class ListSuite(Staged):
    """Lists by name, with and without folders, by time, by size, and of versions."""

    @few_examples
    @given(names=keys, prefix=prefixes, limit=limits)
    async def test_pages_of_a_prefix_joined_are_the_list_of_what_begins_so(
        self, at: Stage, names: set[str], prefix: str, limit: int
    ) -> None:
        bucket = await filled(at, names)
        assert [head.key for head in await pages(at, bucket, prefix, limit)] == [
            key for key in in_order(names) if key.startswith(prefix)
        ]

    @few_examples
    @given(names=keys, prefix=prefixes, delimiter=delimiters, limit=limits)
    async def test_pages_of_folders_joined_are_the_folded_list(
        self, at: Stage, names: set[str], prefix: str, delimiter: str, limit: int
    ) -> None:
        bucket = await filled(at, names)
        heads = [head for head in await pages(at, bucket, "", 1000) if head.key.startswith(prefix)]
        expected = list(naively_folded(heads, prefix, delimiter))
        assert await folder_pages(at, bucket, prefix, delimiter, limit) == expected
        assert list(folded(heads, prefix=prefix, delimiter=delimiter)) == expected

    @few_examples
    @given(names=keys, order=st.sampled_from(Order), falling=st.booleans(), owned=st.booleans(), prefix=prefixes, limit=limits)
    async def test_pages_by_time_and_by_size_joined_are_the_list_in_that_order(
        self, at: Stage, names: set[str], order: Order, falling: bool, owned: bool, prefix: str, limit: int
    ) -> None:
        bucket = await filled(at, names)
        owner = at.other.id if owned else None
        heads = [head for head in await pages(at, bucket, prefix, 1000) if owner in (None, head.owner)]
        expected = sorted(heads, key=lambda head: (rank(head, order), head.key.encode()), reverse=falling)
        found: list[Head] = []
        after, more = None, True
        while more:
            page = await at.catalog.page_ranked(
                bucket.id, order, falling=falling, after=after, keys=page_range(prefix, "", ""), owner=owner, limit=limit
            )
            assert len(page.heads) <= limit
            found += page.heads
            after, more = page.more, page.more is not None
        assert found == expected

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 1000])
    async def test_a_full_page_by_rank_says_where_to_go_on_and_the_last_one_says_nothing(self, at: Stage, limit: int) -> None:
        heads = [await at.put(at.item(key, key.encode())) for key in ("a", "bb", "ccc")]
        page = await at.catalog.page_ranked(at.bucket.id, Order.SIZE, falling=False, limit=limit)
        assert list(page.heads) == heads[:limit]
        assert page.more == (Place(limit, heads[limit - 1].key) if limit < 3 else None)

    async def test_a_list_of_one_owner_holds_theirs_only(self, at: Stage) -> None:
        await at.catalog.commit([at.item("a"), at.item("b", owner=at.other), at.item("c"), at.item("d", owner=at.other)])
        of_other = await at.catalog.page_heads(at.bucket.id, KeyRange("b", "d"), owner=at.other.id, limit=10)
        assert [head.key for head in of_other] == ["b"]
        assert [head.key for head in await at.catalog.page_heads(at.bucket.id, EVERY_KEY, owner=at.owner.id, limit=1)] == ["a"]
        assert await at.catalog.page_heads(at.bucket.id, EVERY_KEY, owner=values.user().id, limit=10) == []

    async def test_empty_ranges_hold_nothing(self, at: Stage) -> None:
        await at.put(at.item("a/b"))
        for nothing in (KeyRange("a", "a"), KeyRange("b", "a"), KeyRange("", ""), KeyRange("b"), KeyRange("a/b\x01")):
            assert await at.catalog.page_heads(at.bucket.id, nothing, limit=10) == []
            assert await at.catalog.page_folders(at.bucket.id, nothing, prefix="", delimiter="/", limit=10) == []
            for order in Order:
                ranked = await at.catalog.page_ranked(at.bucket.id, order, falling=False, keys=nothing, limit=10)
                assert (list(ranked.heads), ranked.more) == ([], None)

    async def test_lists_are_of_one_bucket_and_of_what_is_there(self, at: Stage) -> None:
        elsewhere = await at.another_bucket()
        await at.catalog.commit([at.item(key) for key in ("a/1", "a/2", "b/1", "c")])
        await at.catalog.commit([at.removal("a/1"), at.removal("b/1"), at.item("a/0", bucket=elsewhere)])
        entries = await at.catalog.page_folders(at.bucket.id, EVERY_KEY, prefix="", delimiter="/", limit=10)
        assert entries == [Folder("a/"), await at.head("c")]
        for order in Order:
            ranked = await at.catalog.page_ranked(at.bucket.id, order, falling=False, limit=10)
            assert [head.key for head in ranked.heads] == ["a/2", "c"]

    async def test_what_cannot_be_read_is_in_no_list(self, at: Stage) -> None:
        items = [replace(at.item(f"{state}/k"), state=state) for state in ScanState]
        await at.catalog.commit(items)
        readable = ["clean/k", "unscanned/k"]
        assert [head.key for head in await at.catalog.page_heads(at.bucket.id, EVERY_KEY, limit=10)] == readable
        folders = await at.catalog.page_folders(at.bucket.id, EVERY_KEY, prefix="", delimiter="/", limit=10)
        assert folders == [Folder("clean/"), Folder("unscanned/")]
        for order in Order:
            ranked = await at.catalog.page_ranked(at.bucket.id, order, falling=True, limit=10)
            assert sorted(head.key for head in ranked.heads) == readable
        found = [await at.catalog.find_version(at.bucket.id, item.key, item.version) for item in items]
        assert [head.key for head in found if head] == sorted(readable, reverse=True)
        assert [len(await at.catalog.page_versions(at.bucket.id, item.key, limit=10)) for item in items] == [1] * len(items)

    async def test_an_edit_moves_nothing_in_a_list_by_time(self, at: Stage) -> None:
        first, _ = await at.put(at.item("a")), await at.put(at.item("b"))
        await at.put(at.edit(first, filename="f"))
        ranked = await at.catalog.page_ranked(at.bucket.id, Order.CREATED, falling=False, limit=10)
        assert [head.key for head in ranked.heads] == ["a", "b"]


class VersionListSuite(Staged):
    """Versions of a name."""

    async def test_versions_are_told_the_youngest_first_with_all_that_they_are(self, at: Stage) -> None:
        trashed = await at.put(at.item("k", b"1"))
        await at.delete(at.removal("k"))
        null = await at.put(at.item("k", b"22"))
        keeping = await at.keeping(Versioning.ENABLED)
        hidden = await keeping.put(keeping.item("k", b"333"))
        removal = keeping.removal("k")
        await keeping.delete(removal)
        current = await keeping.put(keeping.item("k", b"4444"))
        found = await at.catalog.page_versions(at.bucket.id, current.key, limit=10)
        assert [kept.head for kept in found] == [current, None, hidden, null, trashed]
        assert [kept.version for kept in found][1] == removal.operation
        assert [kept.seq for kept in found] == [6, 5, 4, 3, 1]
        assert [kept.is_current for kept in found] == [True, False, False, False, False]
        assert [kept.trashed_at is not None for kept in found] == [False, False, False, False, True]
        assert [kept.at for kept in found if kept.head] == [kept.head.modified_at for kept in found if kept.head]

    @pytest.mark.parametrize("limit", range(1, 7))
    async def test_pages_of_versions_joined_are_all_of_them(self, at: Stage, limit: int) -> None:
        keeping = await at.keeping(Versioning.ENABLED)
        heads = [await keeping.put(keeping.item("k", b"%d" % number)) for number in range(5)]
        found: list[Head | None] = []
        before: int | None = None
        while page := await at.catalog.page_versions(at.bucket.id, ObjectKey("k"), before=before, limit=limit):
            assert len(page) <= limit
            found += [kept.head for kept in page]
            before = page[-1].seq
        assert found == heads[::-1]

    async def test_a_name_without_an_object_has_no_current_version(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        [kept] = await at.catalog.page_versions(at.bucket.id, head.key, limit=10)
        assert (kept.version, kept.is_current, kept.head) == (head.version, False, head)

    async def test_versions_are_of_one_name(self, at: Stage) -> None:
        await at.catalog.commit([at.item("k"), at.item("l")])
        assert len(await at.catalog.page_versions(at.bucket.id, ObjectKey("k"), limit=10)) == 1
        assert await at.catalog.page_versions(at.bucket.id, ObjectKey("m"), limit=10) == []

    async def test_a_version_is_found_by_its_id_as_long_as_it_is_content(self, at: Stage) -> None:
        keeping = await at.keeping(Versioning.ENABLED)
        old, new = await keeping.put(keeping.item("k", b"1")), await keeping.put(keeping.item("k", b"22"))
        find = at.catalog.find_version
        assert await find(at.bucket.id, old.key, old.version) == old
        assert await find(at.bucket.id, old.key, new.version) == new
        assert await find(at.bucket.id, ObjectKey("l"), old.version) is None
        assert await find((await at.another_bucket()).id, old.key, old.version) is None
        removal = keeping.removal("k")
        await keeping.delete(removal)
        assert await find(at.bucket.id, old.key, removal.version) is None
        assert await find(at.bucket.id, old.key, new.version) == new

    async def test_a_version_in_the_trash_is_not_found_by_its_id(self, at: Stage) -> None:
        head = await at.put(at.item("k"))
        await at.delete(at.removal("k"))
        assert await at.catalog.find_version(at.bucket.id, head.key, head.version) is None


async def filled(at: Stage, names: set[str]) -> Bucket:
    """A bucket of its own with objects under these names, of two owners and three sizes, made at three moments."""
    bucket = await at.another_bucket(f"filled-{next(_numbers)}")
    source = at.item("source")
    await at.put(source)
    drawn = [_drawn(at, source, key, number) for number, key in enumerate(in_order(names))]
    for turn in range(3):
        outcomes = await at.catalog.commit([replace(item, bucket=bucket) for item in drawn[turn::3]])
        assert all(isinstance(outcome, Committed) for outcome in outcomes)
    return bucket


def _drawn(at: Stage, source: PutItem, key: str, number: int) -> PutItem:
    copy = at.copy(source, key=key, owner=at.other if number % 2 else at.owner)
    size = number // 2 % 3
    return replace(copy, content=replace(copy.content, size=size), extents=copy.extents if size else [])


async def pages(at: Stage, bucket: Bucket, prefix: str, limit: int) -> list[Head]:
    async def page(behind: str) -> Sequence[Head]:
        return await at.catalog.page_heads(bucket.id, page_range(prefix, "", behind), limit=limit)

    return await joined(page, limit)


async def folder_pages(at: Stage, bucket: Bucket, prefix: str, delimiter: str, limit: int) -> list[Head | Folder]:
    async def page(behind: str) -> Sequence[Head | Folder]:
        keys = page_range(prefix, delimiter, behind)
        return await at.catalog.page_folders(bucket.id, keys, prefix=prefix, delimiter=delimiter, limit=limit)

    return await joined(page, limit)


async def joined(page: Callable[[str], Awaitable[Sequence[Any]]], limit: int) -> list[Any]:
    found: list[Any] = []
    while some := await page(told(found[-1]) if found else ""):
        assert len(some) <= limit
        found += some
    return found


def told(entry: Head | Folder) -> str:
    return entry.prefix if isinstance(entry, Folder) else entry.key


def naively_folded(heads: Sequence[Head], prefix: str, delimiter: str) -> Iterator[Head | Folder]:
    seen = set()
    for head in heads:
        stem, found, _ = head.key[len(prefix) :].partition(delimiter)
        if not found:
            yield head
        elif stem not in seen:
            seen.add(stem)
            yield Folder(prefix + stem + delimiter)


def in_order(names: set[str]) -> list[str]:
    return sorted(names, key=str.encode)


def rank(head: Head, order: Order) -> object:
    return head.modified_at if order is Order.CREATED else head.content.size
