"""What an upload is called that came without a key, and what is kept of the name of its file."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from buckets.names import ObjectKey, UserId

NOISE = 5
"""Bytes of noise that a key holds: two uploads of one name in one millisecond get different keys."""

_LONGEST = 120
_LONGEST_EXTENSION = 16
_LONGEST_SHOWN = 255
_SEPARATOR = re.compile(r"[/\\]")
_PUNCTUATION = frozenset("._-()")
_RUN = re.compile(r"([.-])\1+")
# What a terminal or a page would act on instead of showing it, and halves of characters, which no database column holds.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def made_key(user: UserId, filename: str | None, at: datetime, noise: bytes) -> ObjectKey:
    """The key of an upload that names none: `uploads/{user}/{time}-{name}`, in the order of time for each user."""
    at = at.astimezone(UTC)
    time = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z"
    salt = base64.b32encode(noise[:NOISE]).decode("ascii").rstrip("=").lower()
    return ObjectKey(f"uploads/{user}/{time}-{salt}-{safe_name(filename or '')}")


def display_name(filename: str) -> str | None:
    """What is kept of a file's name for people to read; None when nothing is left."""
    shown = _NOT_SHOWN.sub("", _last(filename)).strip()[:_LONGEST_SHOWN].rstrip()
    return shown if shown.strip(".") else None


def safe_name(filename: str) -> str:
    """The last component of a file's name in characters that mean nothing to a shell, a path, a URL's reader or a page."""
    visible = "".join(character for character in _last(filename) if unicodedata.category(character) not in ("Cc", "Cf"))
    spelled = "".join(_spelled(unicodedata.normalize("NFC", visible)))
    return _shortened(_RUN.sub(r"\1", spelled).strip(".-")) or "file"


def _last(filename: str) -> str:
    return _SEPARATOR.split(filename)[-1]


def _spelled(text: str) -> Iterator[str]:
    before = "-"
    for character in text:
        before = character if _may_stand(character, before) else "-"
        yield before


def _may_stand(character: str, before: str) -> bool:
    """Letters and digits of any script; the marks of a letter, without which many scripts cannot be read, stand behind it."""
    kind = unicodedata.category(character)[0]
    return character in _PUNCTUATION or kind in "LN" or (kind == "M" and unicodedata.category(before)[0] in "LNM")


def _shortened(name: str) -> str:
    """At most so many bytes, with the extension and without half a character."""
    if len(name.encode("utf-8")) <= _LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode("utf-8")) > _LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = _LONGEST - len((dot + extension).encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(".-") + dot + extension
