"""Keys are made from any file name at all, and nothing of it means anything to whoever uses them."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buckets.names import ObjectKey, UserId
from buckets.upload_name import NOISE, display_name, made_key, safe_name

USER = UserId(UUID("01919191-0000-7000-8000-000000000001"))
NOON = datetime(2026, 11, 21, 12, 3, 0, 7_999, tzinfo=UTC)
KEY = re.compile(r"uploads/[0-9a-f-]{36}/[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[a-z2-7]{8}-[^/]+")

PUNCTUATION = "./\\-_() \t\r\n\x00%\"'<>;:&|~*?\u200f\u202e\u2066\u2028\u200d\ufeff\u0301\ud800"
LETTERS = "aZ09éßжñ中한กा😀²ﬁÅ"
FILENAMES = st.text(st.characters(exclude_categories=[])) | st.text(PUNCTUATION + LETTERS, max_size=200)
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # Hypothesis wants it bare


@given(filename=st.none() | FILENAMES, at=TIMES, noise=st.binary(min_size=NOISE, max_size=NOISE))
@example(filename="../" * 400 + "x" * 2000, at=NOON, noise=bytes(NOISE))
def test_any_file_name_makes_a_valid_key_of_three_levels(filename: str | None, at: datetime, noise: bytes) -> None:
    key = made_key(USER, filename, at, noise)
    assert ObjectKey.parse(key.encode()) == key
    assert KEY.fullmatch(key)
    assert ".." not in key
    assert key.startswith(f"uploads/{USER}/")


@given(filename=FILENAMES)
@example(filename="a\u200d\u0301")
@example(filename="a" * 118 + ".é.txt")
@example(filename="é" * 60 + "-.tar.gz")
def test_a_safe_name_holds_letters_digits_and_little_else(filename: str) -> None:
    name = safe_name(filename)
    assert all(character in "._-()" or unicodedata.category(character)[0] in "LNM" for character in name)
    assert 1 <= len(name.encode()) <= 120
    assert name.strip(".-") == name
    assert not re.search(r"\.\.|--", name)
    assert unicodedata.is_normalized("NFC", name)


@given(filename=FILENAMES)
def test_a_safe_name_is_as_safe_as_it_gets(filename: str) -> None:
    assert safe_name(safe_name(filename)) == safe_name(filename)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("My Photo (1).JPG", "My-Photo-(1).JPG"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\me\card.png", "card.png"),
        ("/a\\b/c.txt", "c.txt"),
        ("a/", "file"),
        ("", "file"),
        ("..", "file"),
        ("...", "file"),
        ("  ", "file"),
        ("???", "file"),
        (".htaccess", "htaccess"),
        ("-rf", "rf"),
        ("a\r\nX-Evil: 1.txt", "aX-Evil-1.txt"),
        ("a\x00b.png", "ab.png"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a \t\u00a0\u3000 b", "a-b"),
        ("a..b--c", "a.b-c"),
        ("<script>alert(1)</script>", "script"),
        ("$(rm -rf ~)&;'`\"|.sh", "(rm-rf-)-.sh"),
        ("cafe\u0301.txt", "café.txt"),
        ("Übergröße 中文 한국어.pdf", "Übergröße-中文-한국어.pdf"),
        ("हिन्दी ไฟล์.doc", "हिन्दी-ไฟล์.doc"),
        ("-\u0301a😀\ufe0f.gif", "a-.gif"),
        ("half\ud800.txt", "half-.txt"),
        ("x" * 200 + ".jpeg", "x" * 115 + ".jpeg"),
        ("é" * 100 + ".txt", "é" * 58 + ".txt"),
        ("x" * 110 + " - " + "y" * 20 + ".tar.gz", "x" * 110 + "-yyyyyy.gz"),
        ("a." + "x" * 200, "a." + "x" * 118),
        ("x" * 115 + "..." + "-" * 9 + "z.txt", "x" * 115 + ".txt"),
    ],
)
def test_a_file_name_becomes_this(filename: str, name: str) -> None:
    assert safe_name(filename) == name


def test_a_key_tells_the_time_in_utc() -> None:
    noise = b"\x00\x44\x32\x14\xc7"
    assert made_key(USER, "a b.txt", NOON, noise) == f"uploads/{USER}/20261121T120300.007Z-abcdefgh-a-b.txt"
    elsewhere = NOON.replace(microsecond=999_999).astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert made_key(USER, None, elsewhere, noise) == f"uploads/{USER}/20261121T120300.999Z-abcdefgh-file"


@given(noises=st.lists(st.binary(min_size=NOISE, max_size=NOISE), min_size=2, max_size=2, unique=True))
def test_two_uploads_in_one_millisecond_get_two_keys(noises: list[bytes]) -> None:
    assert len({made_key(USER, "a", NOON, noise) for noise in noises}) == 2


@given(filename=FILENAMES)
@example(filename="a" * 254 + "  b")
def test_a_display_name_can_be_kept_and_shown(filename: str) -> None:
    shown = display_name(filename)
    if shown is None:
        return
    assert 1 <= len(shown) <= 255
    assert shown.encode().decode() == shown
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert not re.search(r"[/\\]", shown)
    assert shown == shown.strip() == display_name(shown)


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("My Photo (1) 😀.JPG", "My Photo (1) 😀.JPG"),
        ("🏳️\u200d🌈 <b>.txt", "🏳️\u200d🌈 <b>.txt"),
        (r"C:\dir\../x y.txt", "x y.txt"),
        ("a\r\nb\x00\x85.txt", "ab.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        (".htaccess", ".htaccess"),
        ("x" * 300, "x" * 255),
        ("", None),
        ("dir/", None),
        (" \n ", None),
        ("..", None),
        ("\x00", None),
    ],
)
def test_what_is_shown_of_a_file_name(filename: str, shown: str | None) -> None:
    assert display_name(filename) == shown
