"""JSON from outside: what other readers let pass is refused, in a time that grows with its length alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from buckets.scalars import json_object

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


def _json(raw: bytes) -> Any:
    return json_object(raw, name="The policy")


DOCUMENTS = st.dictionaries(
    STORABLE,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | STORABLE,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STORABLE, inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


@given(DOCUMENTS, st.booleans())
def test_a_json_object_reads_back(document: dict[str, Any], ascii_only: bool) -> None:
    assert _json(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary() | st.from_regex(r'^\{("([a\[\\]|\\u[0-9a-f]{4}|\\")*":([\[{\]}0-9eE.+-]{0,9}|NaN|null),?)*\}$').map(str.encode))
def test_no_bytes_make_the_json_reader_fall(raw: bytes) -> None:
    try:
        document = _json(raw)
    except InvalidScalar:
        return
    assert json.dumps(document, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("raw", [b'{"a":1,"a":2}', b'{"a":1,"\\u0061":1}', b'{"x":[{"a":1,"a":1}]}'])
def test_a_name_that_stands_twice_in_json_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="a name stands twice"):
        _json(raw)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_constant_that_is_not_json_is_refused(number: bytes) -> None:
    with pytest.raises(InvalidScalar, match="is not JSON"):
        _json(b'{"a":[0,' + number + b"]}")


@pytest.mark.parametrize("number", [b"1e999", b"-1E+400"])
def test_a_number_that_would_become_infinite_is_refused(number: bytes) -> None:
    with pytest.raises(InvalidScalar, match="too large"):
        _json(b'{"a":' + number + b"}")


def test_an_integer_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(InvalidScalar, match="too long"):
        _json(b'{"a":' + b"9" * 5000 + b"}")


@pytest.mark.parametrize("depth", [33, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_json_is_refused(opening: bytes, closing: bytes, depth: int) -> None:
    with pytest.raises(InvalidScalar, match="deeper than 32"):
        _json(b'{"a":' + opening * (depth - 1) + b"1" + closing * (depth - 1) + b"}")


def test_json_of_the_greatest_depth_is_taken() -> None:
    assert _json(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")


def test_brackets_in_strings_do_not_count_as_depth() -> None:
    text = '[{"' * 100 + "\\"
    assert _json(json.dumps({"a": text, "b": [text]}).encode()) == {"a": text, "b": [text]}


def test_a_string_that_never_ends_costs_no_more_than_its_length() -> None:
    with pytest.raises(InvalidScalar, match="not JSON"):
        _json(b'{"' + b'\\"' * 400_000)  # an hour of work for a reader that tries again at each quote


@pytest.mark.parametrize("escape", [b"\\ud800", b"\\uDFFF", b"\\udca1\\ud83c", b"\\u0000"])
@pytest.mark.parametrize("place", [b'{"%s":1}', b'{"a":"%s"}', b'{"a":[{"b":"x%s"}]}'])
def test_json_text_that_no_column_could_hold_is_refused(place: bytes, escape: bytes) -> None:
    with pytest.raises(InvalidScalar, match="half a character"):
        _json(place % escape)


def test_json_escapes_that_make_whole_characters_are_read() -> None:
    assert _json(b'{"a":"\\ud83c\\udca1 \\\\u0000 \\u00e9"}') == {"a": "🂡 \\u0000 é"}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"{}x", b"{'a':1}", b'{"a":1,}', b'\xef\xbb\xbf{"a":1}', b'{"a":"\xff"}', '{"a":1}'.encode("utf-16"), b'{"a":01}'],
)
def test_what_is_not_json_in_utf8_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="not JSON in UTF-8"):
        _json(raw)


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"a"', b"null"])
def test_json_that_is_not_an_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="an object was expected"):
        _json(raw)


def test_json_larger_than_allowed_is_refused_unread() -> None:
    with pytest.raises(InvalidScalar, match="larger than 8 bytes"):
        json_object(b'{"a":"b"}', name="The policy", most=8)
