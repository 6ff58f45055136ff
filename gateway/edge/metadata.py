"""The words that a client puts beside an object: the type of its content, headers to be given back, and metadata of its own."""

import re
from collections.abc import Mapping

from buckets.errors import InvalidScalar
from buckets.metadata import parse_metadata
from buckets.model.version import STORED_HEADERS
from gateway.edge.exchange import Exchange

_UNKNOWN = "application/octet-stream"
_LONGEST_TYPE = 256
_LONGEST_HEADER = 1024
_PLAIN = re.compile(r"[ -~]+")


def metadata(exchange: Exchange, *, prefix: str) -> Mapping[str, str]:
    """The headers with that prefix, which are lower-case. What a response header could not carry again is refused."""
    found: dict[str, str] = {}
    for raw_name, raw_value in exchange.request.raw_headers:
        header = raw_name.decode("ascii", "replace").lower()
        if header.startswith(prefix):
            name, value = header.removeprefix(prefix), _text(header, raw_value)
            found[name] = f"{found[name]},{value}" if name in found else value
    return parse_metadata(found.items())


def content_type(exchange: Exchange) -> str:
    return plain_type(exchange.header("Content-Type") or _UNKNOWN, name="The header Content-Type")


def stored_headers(exchange: Exchange) -> dict[str, str]:
    """What the request says for the answers to come. A header without a value says nothing."""
    said = ((name, exchange.header(name)) for name in STORED_HEADERS)
    return {name: plain_header(text, name=f"The header {name.title()}") for name, text in said if text}


def plain_type(text: str, *, name: str) -> str:
    """A content type as any answer can carry it."""
    return _plain(text, name, _LONGEST_TYPE)


def plain_header(text: str, *, name: str) -> str:
    """The value of a header as any answer can carry it."""
    return _plain(text, name, _LONGEST_HEADER)


def _plain(text: str, name: str, most: int) -> str:
    if len(text) > most or not _PLAIN.fullmatch(text):
        raise InvalidScalar(name, f"up to {most} printable ASCII characters were expected")
    return text


def _text(header: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidScalar(f"The header {header}", "it is not UTF-8") from error
