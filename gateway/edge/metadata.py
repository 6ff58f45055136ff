"""The words that a client puts beside an object: its own metadata, and the type of its content."""

import re

from buckets.errors import InvalidScalar, MetadataTooLarge
from gateway.edge.exchange import Exchange

LIMIT = 2048
"""Bytes of all names and values together."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTENT_TYPE = re.compile(r"[ -~]{1,256}")
_UNKNOWN = "application/octet-stream"


def metadata(exchange: Exchange, *, prefix: str) -> dict[str, str]:
    """The headers with that prefix, which are lower-case. What a response header could not carry again is refused."""
    found: dict[str, str] = {}
    for raw_name, raw_value in exchange.request.raw_headers:
        header = raw_name.decode("ascii", "replace").lower()
        if header.startswith(prefix):
            name, value = header.removeprefix(prefix), _value(header, raw_value)
            found[name] = f"{found[name]},{value}" if name in found else value
    _must_be_small(found)
    return found


def content_type(exchange: Exchange) -> str:
    text = exchange.header("Content-Type") or _UNKNOWN
    if not _CONTENT_TYPE.fullmatch(text):
        raise InvalidScalar("The header Content-Type", "up to 256 printable ASCII characters were expected")
    return text


def _value(header: str, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidScalar(f"The header {header}", "it is not UTF-8") from error
    if _CONTROL.search(text):
        raise InvalidScalar(f"The header {header}", "it holds a control character")
    return text


def _must_be_small(found: dict[str, str]) -> None:
    if "" in found:
        raise InvalidScalar("The metadata", "one of them has no name")
    size = sum(len(name) + len(value.encode("utf-8")) for name, value in found.items())
    if size > LIMIT:
        raise MetadataTooLarge(size, LIMIT)
