"""Conditions and ranges in the headers of a request.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests

A condition that we do not judge yet is refused: a client that sent it relies on it.
"""

import re

from buckets import ranges
from buckets.errors import InvalidScalar, NotImplementedYet, PreconditionFailed
from buckets.model.commit import Condition
from buckets.ranges import ByteRange
from gateway.edge.exchange import Exchange

_ONE_TAG = re.compile(r'"([^"]*)"|([0-9A-Za-z-]+)')
_TAGS = re.compile(r'(?:W/)?"[^"]*"(?: *, *(?:W/)?"[^"]*")*')
_STRONG = re.compile(r'(?<!W/)"([^"]*)"')


def write_condition(exchange: Exchange) -> Condition:
    """What must hold of the present head for a write to replace it."""
    _refuse(exchange, "If-Unmodified-Since", "If-Modified-Since")
    unmatched = exchange.header("If-None-Match")
    if unmatched not in (None, "*"):
        raise NotImplementedYet("If-None-Match with an entity tag")
    return Condition(absent=unmatched is not None, etag=_one_tag(exchange.header("If-Match")))


def must_match(exchange: Exchange, etag: str) -> None:
    """A read of another version than the client means is no use to it: parts of two versions make no whole."""
    _refuse(exchange, "If-Unmodified-Since")
    header = exchange.header("If-Match")
    if header not in (None, "*") and etag not in _strong_tags(header):
        raise PreconditionFailed("If-Match")


def wanted_range(exchange: Exchange) -> ByteRange | None:
    """The one range that is asked for. One that depends on If-Range is answered with the whole, which is always right."""
    header = exchange.header("Range")
    return ranges.parse(header) if header and exchange.header("If-Range") is None else None


def _refuse(exchange: Exchange, *names: str) -> None:
    for name in names:
        if exchange.header(name) is not None:
            raise NotImplementedYet(name)


def _one_tag(header: str | None) -> str | None:
    if header is None:
        return None
    if header == "*":
        raise NotImplementedYet("If-Match: *")
    match = _ONE_TAG.fullmatch(header)
    if match is None:
        raise InvalidScalar("The header If-Match", "one strong entity tag was expected")
    return match[1] or match[2]


def _strong_tags(header: str) -> list[str]:
    return _STRONG.findall(header) if _TAGS.fullmatch(header) else [header]
