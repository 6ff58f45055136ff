"""Names refuse what a catalog, a listing or a host name could not carry, and change nothing in what they take."""

import copy
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buckets.errors import InvalidName, KeyTooLong
from buckets.names import AccessKey, AccountId, BucketName, EmailAddress, Name, ObjectKey

KINDS = [BucketName, ObjectKey, AccountId, AccessKey]
ANY_TEXT = st.text(st.characters())
LISTABLE = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda character: character >= " " or character in "\t\n\r"
)
LOOKALIKES = [
    st.from_regex(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),  # takes a line feed at the end, as `$` does
    st.from_regex(r"^\d{12}$"),  # takes digits of all scripts
    st.from_regex(r"^[A-Z0-9]{16,32}$"),
]


@pytest.mark.parametrize("kind", KINDS)
@given(raw=st.binary() | st.one_of(ANY_TEXT, *LOOKALIKES).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_are_taken_unchanged_or_refused_by_a_fault_of_the_client(kind: type[Name], raw: bytes) -> None:
    try:
        name = kind.parse(raw)
    except (InvalidName, KeyTooLong):
        return
    assert name.encode() == raw


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.one_of(ANY_TEXT, *LOOKALIKES))
def test_a_name_cannot_be_built_wrong(kind: type[Name], text: str) -> None:
    try:
        name = kind(text)
    except (InvalidName, KeyTooLong):
        return
    assert kind.parse(name.encode()) == name == text


@pytest.mark.parametrize(
    "text", ["abc", "a" * 63, "0-9", "my.bucket", "images-private", "a.-b", "1.2.3", "1.2.3.4.5", "s3alias", "a--b", "sthree"]
)
def test_these_are_bucket_names(text: str) -> None:
    assert BucketName(text) == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"ab",
        b"v1",
        b"a" * 64,
        b"abc\n",
        b"\nabc",
        b"A_b",
        b"Abc",
        b"a_b",
        b"a b",
        b"..",
        b"a..b",
        b".abc",
        b"abc.",
        b"-abc",
        b"abc-",
        b"a/b",
        b"../x",
        b"192.168.0.1",
        b"192.168.05.1",
        b"999.999.999.999",
        b"xn--bucket",
        b"sthree-bucket",
        b"amzn-s3-demo-bucket",
        b"bucket-s3alias",
        b"bucket--ol-s3",
        b"bucket.mrap",
        b"bucket--x-s3",
        b"bucket--table-s3",
        b"abc\x00",
        b"b\xc3\xbccket",
        b"\xff\xff\xff",
        "\uff11\uff12\uff13\uff14".encode(),
        "ab\u0131".encode(),
    ],
)
def test_these_are_no_bucket_names(raw: bytes) -> None:
    with pytest.raises(InvalidName):
        BucketName.parse(raw)


@pytest.mark.parametrize(
    "text",
    ["..", ".", "/", "//", "a//b/", "../../etc/passwd", "<a>&\"']]>", "%2F", "a\tb\nc\rd", "\x7f\x85", "é", "🂡", "\U0001fffe", " "],
)
def test_these_are_keys_and_stay_as_they_are(text: str) -> None:
    assert ObjectKey.parse(text.encode()) == text


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\ufffe", "\uffff"])
def test_a_key_with_a_character_that_cannot_be_listed_is_refused(character: str) -> None:
    with pytest.raises(InvalidName, match="cannot be listed"):
        ObjectKey.parse(f"a{character}b".encode())


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud83c\udca1"])
def test_a_key_with_a_lone_surrogate_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        ObjectKey(text)


@pytest.mark.parametrize("raw", [b"\xff", b"a\xfe", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"])
def test_a_key_that_is_not_strict_utf8_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidName, match="not UTF-8"):
        ObjectKey.parse(raw)


def test_a_key_is_not_empty() -> None:
    with pytest.raises(InvalidName, match="empty"):
        ObjectKey("")


def test_a_key_is_measured_in_bytes() -> None:
    assert ObjectKey("a" * 1024)
    assert ObjectKey("€" * 341 + "a")
    with pytest.raises(KeyTooLong) as fault:
        ObjectKey("€" * 341 + "é")
    assert (fault.value.size, fault.value.limit) == (1025, 1024)


def test_the_two_spellings_of_an_accent_are_two_keys() -> None:
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    assert ObjectKey(composed) != ObjectKey(decomposed)
    assert ObjectKey(decomposed).encode() == b"e\xcc\x81"


@given(st.text(LISTABLE, min_size=1))
def test_every_listable_text_that_fits_is_a_key(text: str) -> None:
    assume(len(text.encode()) <= ObjectKey.limit)
    assert ObjectKey.parse(text.encode()) == text


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890123", "123456789012\n", "+23456789012", "1_3456789012", "\uff11" * 12]
)
def test_these_are_no_account_ids(text: str) -> None:
    with pytest.raises(InvalidName):
        AccountId(text)


def test_an_account_id_keeps_its_leading_zeros() -> None:
    assert AccountId("000000000001") == "000000000001"


@pytest.mark.parametrize("text", ["", "A" * 15, "A" * 33, "a" * 20, "A" * 20 + "\n", "A" * 19 + "/", "\uff21" * 20, "é" * 20])
def test_these_are_no_access_keys(text: str) -> None:
    with pytest.raises(InvalidName):
        AccessKey(text)


def test_these_are_access_keys() -> None:
    assert [AccessKey(text) for text in ("A" * 16, "0" * 32, "AKIAIOSFODNN7EXAMPLE")]


def test_a_copy_of_a_name_is_a_name() -> None:
    assert type(copy.deepcopy(ObjectKey("a"))) is ObjectKey


def test_a_name_without_a_rule_cannot_be_made() -> None:
    with pytest.raises(NotImplementedError):
        Name("anything")


@pytest.mark.parametrize(
    "text",
    ["", "@", "a@", "@b", "ab", "a@b@c", "a b@c", "a@b c", "a@b\n", "\ta@b", "a@b\x00", "\u00e4@b", "a@\u212a", "a" * 253 + "@b"],
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        EmailAddress(text)


def test_email_addresses_are_kept_as_they_are_written() -> None:
    for text in ("a@b", "Ann+cards@Example.org", "!#$%&'*/=?^_`{|}~@b", "a" * 252 + "@b"):
        assert EmailAddress(text) == text
