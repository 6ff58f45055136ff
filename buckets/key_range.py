"""Ranges of keys: where keys with a beginning start and end in the order of their bytes, and where a page goes on. No I/O.

UTF-8 keeps the order of code points, so a range of texts is a range of bytes.
"""

from dataclasses import dataclass

_LAST = "\U0010ffff"
_BEFORE_SURROGATES, _AFTER_SURROGATES = "\ud7ff", "\ue000"
_LEAST = "\x01"  # no key holds it, and it comes before all that keys can hold


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys from the first on, and before a text, if there is one."""

    first: str = ""
    before: str | None = None

    @property
    def is_empty(self) -> bool:
        return self.before is not None and self.before <= self.first


EVERY_KEY = KeyRange()


def after(key: str) -> str:
    """The least text that keys behind this one can be equal to."""
    return key + _LEAST


def beyond(prefix: str) -> str | None:
    """The least text behind everything that begins so; None when nothing is."""
    rest = prefix.rstrip(_LAST)
    return rest[:-1] + _next(rest[-1]) if rest else None


def page_range(prefix: str, delimiter: str, behind: str) -> KeyRange:
    """The keys with a beginning that are not listed yet. Behind a folder, which ends in the delimiter, all that is in it is."""
    end = beyond(prefix)
    start = _behind(prefix, delimiter, behind)
    if start is None:
        return KeyRange(prefix, prefix)
    return KeyRange(max(prefix, start), end)


def _behind(prefix: str, delimiter: str, behind: str) -> str | None:
    if _is_folder(prefix, delimiter, behind):
        return beyond(behind)
    return after(behind) if behind else ""


def _is_folder(prefix: str, delimiter: str, text: str) -> bool:
    """Whether it is a beginning that ends in its first delimiter behind the prefix."""
    end = text.find(delimiter, len(prefix)) if delimiter and text.startswith(prefix) else -1
    return end >= 0 and end + len(delimiter) == len(text)


def _next(character: str) -> str:
    return _AFTER_SURROGATES if character == _BEFORE_SURROGATES else chr(ord(character) + 1)
