"""The one strict scalar parser: text from outside becomes a value here, or a typed refusal.

Python's own readers are generous (`int(" +1_0 ")`, `b64decode` skips junk, `strptime` takes one digit for two, `parse_qsl` drops
blanks); what a signature or a policy was computed over must not be read generously. Everything here takes ASCII and matches whole.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, NoReturn
from uuid import UUID

from buckets.errors import InvalidScalar

_WHOLE = re.compile(r"0|[1-9][0-9]*")
_HEX_NUMBER = re.compile(r"[0-9A-Fa-f]{1,16}")
_HEX_BYTES = re.compile(r"[0-9a-f]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_AMZ_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_UTC_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?(?:Z|\+00:00)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NETWORK = re.compile(r"[0-9A-Fa-f.:]{2,45}(/(0|[1-9][0-9]{0,2}))?")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})?")
# Possessive, and content with a string that never ends: hostile quotes and backslashes cost no more than their length.
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN_ALPHABET = str.maketrans("-_", "+/")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_JSON_DEPTH = 32


def whole_number(text: str, *, name: str, least: int = 0, most: int) -> int:
    """A decimal without sign, blank, underscore or leading zero, between `least` and `most`."""
    if not _WHOLE.fullmatch(text):
        raise InvalidScalar(name, "a whole number was expected")
    if len(text) > len(str(most)) or not least <= int(text) <= most:
        raise InvalidScalar(name, f"it must lie between {least} and {most}")
    return int(text)


def hex_number(text: str, *, name: str, most: int) -> int:
    """A hexadecimal number without prefix or sign, at most `most`."""
    if not _HEX_NUMBER.fullmatch(text):
        raise InvalidScalar(name, "a hexadecimal number was expected")
    value = int(text, 16)
    if value > most:
        raise InvalidScalar(name, f"it must be at most {most}")
    return value


def hex_bytes(text: str, *, name: str, size: int) -> bytes:
    """Exactly `size` bytes, written in lower-case hexadecimal."""
    if len(text) != 2 * size or not _HEX_BYTES.fullmatch(text):
        raise InvalidScalar(name, f"{2 * size} lower-case hexadecimal digits were expected")
    return bytes.fromhex(text)


def base64_bytes(text: str, *, name: str, size: int | None = None) -> bytes:
    """Bytes in canonical padded base64; exactly `size` of them when given."""
    if not _BASE64.fullmatch(text):
        raise InvalidScalar(name, "base64 was expected")
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidScalar(name, "base64 was expected") from error
    if base64.b64encode(value).decode("ascii") != text or (size is not None and len(value) != size):
        raise InvalidScalar(name, "base64 was expected" if size is None else f"base64 of {size} bytes was expected")
    return value


def base64url_bytes(text: str, *, name: str) -> bytes:
    """Bytes in canonical base64url without padding, as tokens are written."""
    if not _BASE64URL.fullmatch(text):
        raise InvalidScalar(name, "base64url without padding was expected")
    plain = text.translate(_PLAIN_ALPHABET)
    return base64_bytes(plain + "=" * (-len(plain) % 4), name=name)


def amz_date(text: str, *, name: str) -> datetime:
    """A time as SigV4 writes it: `20261121T120300Z`."""
    match = _AMZ_DATE.fullmatch(text)
    if match is None:
        raise InvalidScalar(name, "a time like 20261121T120300Z was expected")
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]  # six ints by the pattern
    except ValueError as error:
        raise InvalidScalar(name, "there is no such time") from error


def utc_time(text: str, *, name: str) -> datetime:
    """A time in UTC as RFC 3339 writes it, down to microseconds: `2026-11-21T12:03:00.5Z`."""
    match = _UTC_TIME.fullmatch(text)
    if match is None:
        raise InvalidScalar(name, "a time like 2026-11-21T12:03:00Z was expected")
    *parts, fraction = match.groups()
    try:
        return datetime(*(int(part) for part in parts), int((fraction or "0").ljust(6, "0")), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError as error:
        raise InvalidScalar(name, "there is no such time") from error


def uuid_text(text: str, *, name: str) -> UUID:
    """A UUID in its canonical lower-case form."""
    if not _UUID.fullmatch(text):
        raise InvalidScalar(name, "an id was expected")
    return UUID(text)


def network(text: str, *, name: str) -> IPv4Network | IPv6Network:
    """Addresses that begin alike, `10.0.0.0/8`, or one alone; nothing may stand behind what they have in common."""
    if not _NETWORK.fullmatch(text):
        raise InvalidScalar(name, "a network like 10.0.0.0/8 was expected")
    try:
        return ip_network(text)
    except ValueError as error:
        raise InvalidScalar(name, "a network like 10.0.0.0/8 was expected") from error


def percent_bytes(raw: bytes, *, name: str) -> bytes:
    """Percent-decode once; a percent sign without two hexadecimal digits is refused, and so are bytes outside ASCII."""
    if not raw.isascii():
        raise InvalidScalar(name, "it holds bytes that should have been percent-encoded")

    def byte(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            raise InvalidScalar(name, "a percent sign is not followed by two hexadecimal digits")
        return bytes([int(match[1], 16)])

    return _ESCAPE.sub(byte, raw)


def percent_text(raw: bytes, *, name: str) -> str:
    """Percent-decode once into strict UTF-8 without NUL, which no database column holds."""
    try:
        text = percent_bytes(raw, name=name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidScalar(name, "it is not UTF-8") from error
    if "\x00" in text:
        raise InvalidScalar(name, "it holds a NUL")
    return text


def query_pairs(raw: bytes, *, most: int = 100) -> tuple[tuple[str, str], ...]:
    """The pairs of a query string in their order; a blank value stays, a plus sign is a plus sign, a name may stand once."""
    pairs = []
    seen = set()
    for piece in raw.split(b"&") if raw else ():
        if not piece:
            continue
        name, _, value = piece.partition(b"=")
        pair = percent_text(name, name="A query parameter"), percent_text(value, name="A query parameter")
        if pair[0] in seen:
            raise InvalidScalar("The query", f"{pair[0]} stands twice")
        seen.add(pair[0])
        pairs.append(pair)
    if len(pairs) > most:
        raise InvalidScalar("The query", f"it has more than {most} parameters")
    return tuple(pairs)


def json_object(raw: bytes, *, name: str, most: int = 1 << 20) -> Mapping[str, Any]:
    """A JSON object in UTF-8 without repeated names, NUL, lone surrogates, NaN or Infinity, at most 32 levels deep."""
    if len(raw) > most:
        raise InvalidScalar(name, f"it is larger than {most} bytes")
    if _too_deep(raw):
        raise InvalidScalar(name, f"it is nested deeper than {_JSON_DEPTH} levels")

    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unrepeated, parse_int=_short, parse_float=_finite, parse_constant=_refused
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidScalar(name, "it is not JSON in UTF-8") from error
    except ValueError as error:  # of the readers below, which give the reason
        raise InvalidScalar(name, str(error)) from error
    if not isinstance(value, dict):
        raise InvalidScalar(name, "an object was expected")
    # Only an escape can bring these in: strict UTF-8 has no surrogates, and JSON no control characters as they are.
    if b"\\u" in raw and any(_UNSTORABLE.search(text) for text in _texts(value)):
        raise InvalidScalar(name, "it holds a NUL or half a character")
    return value


def _too_deep(raw: bytes) -> bool:
    """Whether the brackets outside of strings nest deeper than allowed."""
    depth = 0
    for bracket in _JSON_STRING.sub(b"", raw).translate(None, delete=_NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > _JSON_DEPTH:
            return True
    return False


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name stands twice")
    return document


def _short(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("it holds a number that is too long")
    return int(digits)


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError("it holds a number that is too large")
    return value


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _texts(value: object) -> Iterator[str]:
    """All strings in a document, the names of its members among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
