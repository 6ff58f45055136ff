"""Paths and queries from outside: percent signs are read once and strictly, and no parameter is lost or doubled."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from buckets.scalars import percent_bytes, percent_text, query_pairs

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(st.binary())
def test_percent_encoded_bytes_read_back(value: bytes) -> None:
    assert percent_bytes(quote(value, safe="").encode(), name="The path") == value
    assert percent_bytes(b"".join(b"%%%02x" % byte for byte in value), name="The path") == value


@given(STORABLE)
def test_percent_encoded_text_reads_back(text: str) -> None:
    assert percent_text(quote(text, safe="").encode(), name="The path") == text


@given(st.binary() | st.from_regex(rb"(%[0-9a-f]{0,3}|[a-c+])*"))
def test_no_bytes_make_the_percent_decoder_fall(raw: bytes) -> None:
    try:
        text = percent_text(raw, name="The path")
    except InvalidScalar:
        return
    assert "\x00" not in text
    assert text.encode() == percent_bytes(raw, name="The path")


@pytest.mark.parametrize("raw", [b"%zz", b"%f", b"%", b"a%", b"%%41", b"%+1", b"% 1", b"%0x41", b"%u0041", b"%1_", b"%4\n1"])
def test_a_percent_sign_without_two_digits_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="not followed by two hexadecimal digits"):
        percent_text(raw, name="The path")


@pytest.mark.parametrize("raw", [b"%ff", b"%fe", b"%c0%af", b"%E0%80%AF", b"%ed%a0%80", b"%f4%90%80%80", b"%c3"])
def test_percent_encoded_bytes_that_are_not_utf8_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="it is not UTF-8"):
        percent_text(raw, name="The path")


def test_a_nul_is_refused() -> None:
    with pytest.raises(InvalidScalar, match="NUL"):
        percent_text(b"a%00b", name="The path")


@pytest.mark.parametrize("raw", ["é".encode(), b"\xff", b"%41\x80"])
def test_a_byte_that_should_have_been_encoded_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="should have been percent-encoded"):
        percent_text(raw, name="The path")


@pytest.mark.parametrize(
    ("raw", "text"), [(b"a%2Fb", "a/b"), (b"%2e%2E", ".."), (b"%25ff", "%ff"), (b"a+b", "a+b"), (b"%0a", "\n")]
)
def test_percent_decoding_happens_once_and_does_nothing_else(raw: bytes, text: str) -> None:
    assert percent_text(raw, name="The path") == text


def _pairs(raw: bytes) -> tuple[tuple[str, str], ...]:
    return query_pairs(raw)


@given(st.dictionaries(STORABLE, STORABLE, max_size=20))
def test_a_query_reads_back_in_its_order(pairs: dict[str, str]) -> None:
    raw = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs.items())
    assert _pairs(raw.encode()) == (() if raw == "" else tuple(pairs.items()))


@given(st.binary() | st.from_regex(rb"([ab&=+]|%[0-9a-f]{2}){0,20}"))
def test_no_query_makes_the_reader_fall(raw: bytes) -> None:
    try:
        pairs = _pairs(raw)
    except InvalidScalar:
        return
    assert len({name for name, _ in pairs}) == len(pairs) <= 100


@pytest.mark.parametrize("raw", [b"uploads", b"uploads="])
def test_a_blank_value_is_kept(raw: bytes) -> None:
    assert _pairs(raw) == (("uploads", ""),)


@pytest.mark.parametrize("raw", [b"a=1&a=2", b"a&a", b"a=1&%61=1", b"a=1&b=2&a=1"])
def test_a_name_that_stands_twice_in_a_query_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar, match="a stands twice"):
        _pairs(raw)


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", ()),
        (b"&&", ()),
        (b"&a=1&", (("a", "1"),)),
        (b"a=b=c", (("a", "b=c"),)),
        (b"a=1;b=2", (("a", "1;b=2"),)),
        (b"a=x+y", (("a", "x+y"),)),
        (b"a=x%26y%3Dz", (("a", "x&y=z"),)),
        (b"A=1&a=2", (("A", "1"), ("a", "2"))),
    ],
)
def test_only_ampersand_and_the_first_equals_sign_separate(raw: bytes, pairs: tuple[tuple[str, str], ...]) -> None:
    assert _pairs(raw) == pairs


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=%fe", b"%c0%af=1", b"a=%zz", b"a=%00", b"a=\xc3\xa9"])
def test_a_query_that_is_not_clean_text_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidScalar):
        _pairs(raw)


def test_a_query_with_too_many_parameters_is_refused() -> None:
    assert len(_pairs(b"&".join(b"p%d" % number for number in range(100)))) == 100
    with pytest.raises(InvalidScalar, match="more than 100"):
        _pairs(b"&".join(b"p%d" % number for number in range(101)))
