"""Numbers, bytes, dates and ids from outside: Python's generous readings are refused, what is taken means what it says."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from buckets.scalars import (
    amz_date,
    base64_bytes,
    base64url_bytes,
    hex_bytes,
    hex_number,
    network,
    utc_time,
    uuid_text,
    whole_number,
)

MOST = 5 * 2**40
NUMBER_TRAPS = [
    "",
    " ",
    "+5",
    "-5",
    "-0",
    "1_0",
    " 10 ",
    "10\n",
    "1e9",
    "1.0",
    "0x10",
    "\uff11\uff10",
    "٣",
    "²",
    "five",
    "5\x00",
    "\ud800",
    "9" * 5000,
]
TEXT = st.text(st.characters())


def _whole(text: str) -> int:
    return whole_number(text, name="The size", most=MOST)


def _hex(text: str) -> int:
    return hex_number(text, name="The chunk size", most=1 << 40)


def _date(text: str) -> datetime:
    return amz_date(text, name="The date")


def _base64(text: str) -> bytes:
    return base64_bytes(text, name="The digest")


def _hex_bytes(text: str) -> bytes:
    return hex_bytes(text, name="The digest", size=4)


def _written_date(time: datetime) -> str:
    return f"{time.year:04}{time.month:02}{time.day:02}T{time.hour:02}{time.minute:02}{time.second:02}Z"


# A parser of one canonical form, the writer of that form, texts that look like it (`$` takes a line feed, `\d` all digits).
CANONICAL: dict[str, tuple[Callable[[str], Any], Callable[[Any], str], str]] = {
    "whole number": (_whole, str, r"^[+-]?\d[\d_]{0,5}$"),
    "hex bytes": (_hex_bytes, bytes.hex, r"^[0-9a-fA-F ]{8}$"),
    "base64": (_base64, lambda value: base64.b64encode(value).decode(), r"^[A-Za-z0-9+/_-]{0,9}={0,3}$"),
    "date": (_date, _written_date, r"^\d{4}[01]\d[0-3]\d[Tt ]?[0-2]\d[0-6]\d[0-6]?\dZ?$"),
    "id": (lambda text: uuid_text(text, name="The id"), str, r"^[0-9a-fA-F]{8}-?(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$"),
}


@pytest.mark.parametrize("form", CANONICAL)
@given(data=st.data())
def test_a_value_has_one_spelling_and_everything_else_is_refused_by_our_fault(form: str, data: st.DataObject) -> None:
    parse, write, lookalike = CANONICAL[form]
    text = data.draw(st.from_regex(lookalike) | TEXT)
    try:
        value = parse(text)
    except InvalidScalar:
        return
    assert write(value) == text


@given(st.integers(0, MOST))
def test_a_whole_number_reads_back(value: int) -> None:
    assert _whole(str(value)) == value


@pytest.mark.parametrize("text", [*NUMBER_TRAPS, "007", "00"])
def test_no_generous_whole_number_is_taken(text: str) -> None:
    with pytest.raises(InvalidScalar):
        _whole(text)


def test_a_whole_number_keeps_its_bounds() -> None:
    assert [whole_number(text, name="The part", least=1, most=10_000) for text in ("1", "10000")] == [1, 10_000]
    for text in ("0", "10001", "99999999999999999999"):
        with pytest.raises(InvalidScalar, match=r"^The part is not valid: it must lie between 1 and 10000\.$"):
            whole_number(text, name="The part", least=1, most=10_000)


@given(st.integers(0, 1 << 40), st.booleans())
def test_a_hexadecimal_number_reads_back_in_both_cases(value: int, upper: bool) -> None:
    assert _hex(f"{value:X}" if upper else f"{value:x}") == value


@pytest.mark.parametrize(
    "text", [*(text for text in NUMBER_TRAPS if text != "1e9"), "+a", "-a", "0xa", "a_b", "\uff41", "g", "f" * 5000]
)
def test_no_generous_hexadecimal_number_is_taken(text: str) -> None:
    with pytest.raises(InvalidScalar):
        _hex(text)


def test_a_hexadecimal_number_keeps_its_bound_and_may_be_padded() -> None:
    assert hex_number("0000000000000a00", name="The chunk size", most=0xA00) == 0xA00
    with pytest.raises(InvalidScalar, match="at most 2560"):
        hex_number("a01", name="The chunk size", most=0xA00)


@given(TEXT)
def test_no_text_makes_the_hexadecimal_reader_fall(text: str) -> None:
    try:
        value = _hex(text)
    except InvalidScalar:
        return
    assert f"{value:x}" == text.lower().lstrip("0").rjust(1, "0")


@given(st.binary(min_size=4, max_size=4))
def test_hexadecimal_bytes_read_back(value: bytes) -> None:
    assert _hex_bytes(value.hex()) == value


@pytest.mark.parametrize(
    "text", ["", "00ff00f", "00ff00fff", "00FF00FF", "00 ff 00f", "00ff00fg", "00ff00f\n", "\uff10\uff10ff00ff", "0x00ff00"]
)
def test_no_generous_hexadecimal_bytes_are_taken(text: str) -> None:
    with pytest.raises(InvalidScalar, match="8 lower-case hexadecimal digits"):
        _hex_bytes(text)


@given(st.binary())
def test_base64_reads_back(value: bytes) -> None:
    assert base64_bytes(base64.b64encode(value).decode(), name="The digest", size=len(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "YQ",
        "YQ=",
        "YQ===",
        "Y",
        "YR==",
        "YWJ=",
        "Y Q==",
        "Y*Q==",
        "YQ==\n",
        "\nYQ==",
        "YQ==YQ==",
        "Y=Q=",
        "_-8=",
        "\uff39Q==",
        "=",
        "é",
    ],
)
def test_base64_with_junk_or_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidScalar, match="base64 was expected"):
        _base64(text)


def test_base64_of_another_size_is_refused() -> None:
    with pytest.raises(InvalidScalar, match="base64 of 16 bytes was expected"):
        base64_bytes("YQ==", name="The Content-MD5", size=16)


@given(st.datetimes().map(lambda time: time.replace(microsecond=0, tzinfo=UTC)))
def test_a_date_reads_back(time: datetime) -> None:
    assert _date(_written_date(time)) == time


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026111T1203Z",
        "2026111T120300Z",
        "20261121T12030Z",
        "20261121T120300",
        "20261121t120300z",
        "20261121 120300Z",
        "20261121T120300Z\n",
        "2026-11-21T12:03:00Z",
        "+0261121T120300Z",
        "\uff12\uff10\uff12\uff161121T120300Z",
        "20261121T120300+00",
        "20261321T120300Z",
        "20260230T120300Z",
        "20261121T250000Z",
        "20261121T235960Z",
        "00001121T120300Z",
    ],
)
def test_no_generous_date_is_taken(text: str) -> None:
    with pytest.raises(InvalidScalar):
        _date(text)


def test_the_last_year_is_a_date() -> None:
    assert _date("99991231T235959Z") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.uuids())
def test_an_id_reads_back(value: Any) -> None:
    assert uuid_text(str(value), name="The id") == value


ID = "01941b2e-9f6a-7c3d-8e4f-0123456789ab"


@pytest.mark.parametrize(
    "text", [ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f" {ID}", f"{ID}\n", ID[:-1], ID.replace("-", "_"), ""]
)
def test_an_id_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidScalar, match="an id was expected"):
        uuid_text(text, name="The id")


@pytest.mark.parametrize("text", ["10.0.0.0/8", "192.0.2.7", "0.0.0.0/0", "2001:DB8::/32", "::1", "::ffff:10.0.0.0/104"])
def test_a_network_is_read(text: str) -> None:
    assert network(text, name="The network") == ip_network(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/8",
        "10.0.0.1/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/33",
        "10.0.0.0/8/8",
        "10.0.0",
        "010.0.0.0",
        "167772160",
        " 10.0.0.0/8",
        "10.0.0.0/8\n",
        "fe80::1%eth0",
        "::/129",
        "\uff11\uff10.0.0.0",
    ],
)
def test_no_generous_network_is_taken(text: str) -> None:
    with pytest.raises(InvalidScalar, match=r"a network like 10\.0\.0\.0/8"):
        network(text, name="The network")


@given(st.binary(max_size=200))
def test_base64url_is_read_back_as_it_was_written(value: bytes) -> None:
    assert base64url_bytes(base64.urlsafe_b64encode(value).rstrip(b"=").decode(), name="the token") == value


@pytest.mark.parametrize(
    "text", ["YQ==", "YQ=", "YR", "Y", "YWJjZ", "+a__", "a/__", "YQ\n", " YQ", "Y Q", "YQ.", "é", "\uff39\uff31"]
)
def test_base64url_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(InvalidScalar):
        base64url_bytes(text, name="the token")


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_read_as_it_is_written(value: datetime) -> None:
    assert utc_time(value.isoformat(), name="The time") == value
    assert utc_time(value.isoformat().replace("+00:00", "Z"), name="The time") == value


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "2026-11-21T12:00Z",
        "2026-11-21 12:00:00Z",
        "2026-11-21T12:00:00",
        "2026-11-21T12:00:00+01:00",
        "2026-11-21T12:00:00.1234567Z",
        "2026-11-21T12:00:00.Z",
        "2026-02-30T12:00:00Z",
        "2026-11-21T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-21T12:00:00Z\n",
        "\u0662026-11-21T12:00:00Z",
        "",
    ],
)
def test_what_is_not_a_time_in_utc_is_refused(text: str) -> None:
    with pytest.raises(InvalidScalar):
        utc_time(text, name="The time")
