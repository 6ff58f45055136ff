"""Tags are taken as S3 takes them, or refused."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buckets.errors import InvalidTag
from buckets.tags import parse_tag_header, parse_tags

ALLOWED = st.characters(categories=["L", "N", "Z"]) | st.sampled_from("+-=._:/@")
KEYS = st.text(ALLOWED, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:"))
TAGS = st.dictionaries(KEYS, st.text(ALLOWED, max_size=256), max_size=10)


@given(tags=TAGS)
@example(tags={"k" * 128: "v" * 256, "ключ 鍵": "", "a+b = c": "+-=._:/@", "xaws:": "aws:"})
def test_tags_are_taken_unchanged_and_in_their_order(tags: dict[str, str]) -> None:
    assert list(parse_tags(tags.items()).items()) == list(tags.items())


@pytest.mark.parametrize("encode", [quote_plus, lambda text: quote(text, safe="")])
@given(tags=TAGS)
def test_a_header_is_read_as_it_was_written(encode: Callable[[str], str], tags: dict[str, str]) -> None:
    text = "&".join(f"{encode(key)}={encode(value)}" for key, value in tags.items())
    assert list(parse_tag_header(text).items()) == list(tags.items())


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", {}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1=2", {"a": "1=2"}),
        ("a+b=c+d%2B%20e", {"a b": "c d+ e"}),
        ("%d0%ba=%C3%BC", {"к": "ü"}),
    ],
)
def test_these_headers_hold_tags(text: str, tags: dict[str, str]) -> None:
    assert parse_tag_header(text) == tags


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "a=%",
        "a=%2",
        "a=%zz",
        "a=%ff",
        "a=%00",
        "%C3=%BC",
        "ü=1",
        "a=\udcff",
        "a=1&a=1",
        "a=1&%61=2",
        "a=%26",
        "a=%0A",
        "a=b;c=d",
    ]
    + ["&".join(f"k{number}=v" for number in range(many)) for many in (11, 101)],
)
def test_these_headers_are_refused(text: str) -> None:
    with pytest.raises(InvalidTag):
        parse_tag_header(text)


@pytest.mark.parametrize(
    "pairs",
    [
        [("", "x")],
        [("k" * 129, "x")],
        [("a", "v" * 257)],
        [("a", "1"), ("b", "2"), ("a", "1")],
        [("aws:cost", "x")],
        [("AWS:cost", "x")],
        *[[(f"a{character}", "x")] for character in "\x00\n\t\x7f!\"#$%&'()*,;<>?[\\]^`{|}~\u200b\u202e\ufffe\ud800€☃"],
        [("a", "tab\t")],
        [("a", "e\u0301")],
        [("a", "\x00")],
    ],
)
def test_these_tags_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidTag):
        parse_tags(pairs)


def test_ten_tags_are_the_most_and_no_more_are_looked_at() -> None:
    def pairs() -> Iterator[tuple[str, str]]:
        for number in range(11):
            yield f"k{number}", "v"
        raise AssertionError("it went on")

    with pytest.raises(InvalidTag, match="at most 10"):
        parse_tags(pairs())


@given(text=st.text(st.characters()) | st.text("a=&+%01"))
def test_any_header_is_read_or_refused_by_that_one_fault(text: str) -> None:
    try:
        tags = parse_tag_header(text)
    except InvalidTag:
        return
    assert parse_tags(tags.items()) == tags
