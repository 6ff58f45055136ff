"""Ranges of keys hold exactly the keys that they should, at the edges of UTF-8 too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.key_range import EVERY_KEY, KeyRange, after, beyond, page_range

LAST = "\U0010ffff"
texts = st.text("ab/-\t\ud7ff\ue000\uffff" + LAST, max_size=5)
names = st.text("ab/-\t\ud7ff\ue000" + LAST, min_size=1, max_size=6)
delimiters = st.sampled_from(["/", "a", "//", "/a", "ab/", LAST, LAST * 2, "/" + LAST])


def held(keys: KeyRange, name: str) -> bool:
    """By bytes, as every catalog orders them."""
    return keys.first.encode() <= name.encode() and (keys.before is None or name.encode() < keys.before.encode())


@given(name=names, other=names)
def test_what_comes_after_a_key_is_everything_behind_it(name: str, other: str) -> None:
    assert (other.encode() >= after(name).encode()) == (other.encode() > name.encode())


@given(prefix=texts, name=names)
def test_what_is_beyond_a_prefix_lies_behind_all_that_begins_so_and_nothing_else_does_not(prefix: str, name: str) -> None:
    edge = beyond(prefix)
    before = edge is None or name.encode() < edge.encode()
    assert before == (name.startswith(prefix) or name.encode() < prefix.encode())


@pytest.mark.parametrize(
    ("prefix", "edge"),
    [
        ("a", "b"),
        ("a/", "a0"),
        ("\x7f", "\x80"),
        ("\ud7ff", "\ue000"),
        ("\uffff", "\U00010000"),
        ("a" + LAST, "b"),
        ("\ud7ff" + LAST * 3, "\ue000"),
        (LAST, None),
        (LAST * 2, None),
        ("", None),
    ],
)
def test_the_edge_behind_a_prefix_is_a_text_that_can_be_written_down(prefix: str, edge: str | None) -> None:
    assert beyond(prefix) == edge


@given(prefix=texts, name=names, behind=names)
def test_a_page_without_delimiter_holds_what_begins_so_and_comes_behind(prefix: str, name: str, behind: str) -> None:
    wanted = name.startswith(prefix) and name.encode() > behind.encode()
    assert held(page_range(prefix, "", behind), name) == wanted
    assert held(page_range(prefix, "", ""), name) == name.startswith(prefix)


@given(prefix=texts, delimiter=delimiters, name=names, behind=names)
def test_a_page_goes_on_behind_a_key_with_the_next_and_behind_a_folder_with_what_is_not_in_it(
    prefix: str, delimiter: str, name: str, behind: str
) -> None:
    entry = folded(prefix, delimiter, behind)
    in_it = entry.endswith(delimiter) and name.startswith(entry) and entry.find(delimiter, len(prefix)) >= 0
    wanted = name.startswith(prefix) and name.encode() > entry.encode() and not in_it
    assert held(page_range(prefix, delimiter, entry), name) == wanted


def folded(prefix: str, delimiter: str, name: str) -> str:
    """What a list tells of a name: its folder, if it is in one."""
    end = name.find(delimiter, len(prefix)) if name.startswith(prefix) else -1
    return name[: end + len(delimiter)] if end >= 0 else name


@pytest.mark.parametrize(("prefix", "delimiter", "behind"), [("", "//", "a"), ("a", "///", "ab"), ("", "ab", "b")])
def test_a_key_shorter_than_the_delimiter_is_no_folder(prefix: str, delimiter: str, behind: str) -> None:
    assert held(page_range(prefix, delimiter, behind), behind + "-")


@pytest.mark.parametrize(
    ("keys", "is_empty"),
    [
        (EVERY_KEY, False),
        (KeyRange("a"), False),
        (KeyRange("a", "b"), False),
        (KeyRange("a", "a"), True),
        (KeyRange("b", "a"), True),
    ],
)
def test_a_range_that_ends_where_it_begins_is_empty(keys: KeyRange, is_empty: bool) -> None:
    assert keys.is_empty is is_empty
