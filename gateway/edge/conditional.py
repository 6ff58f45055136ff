"""Conditions and ranges in the headers of a request.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests

A date that is none is passed over, as HTTP wants it. A condition on a write that we do not judge is refused: a client that sent it
relies on it.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from buckets import ranges
from buckets.errors import InvalidScalar, NotImplementedYet, PreconditionFailed
from buckets.model.commit import Condition
from buckets.model.version import Head
from buckets.ranges import ByteRange
from gateway.edge.entity_tags import EntityTags
from gateway.edge.exchange import Exchange
from gateway.edge.http_date import http_date

_ONE_TAG = re.compile(r'"([^"]*)"|([0-9A-Za-z-]+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTerms:
    """When a request wants an answer, and which part of the object, asked of the head that it turns out to be about.

    It goes to the resolver as what is wanted, so that conditions come before ranges, and both before any bytes.
    """

    match: EntityTags | None = None
    none_match: EntityTags | None = None
    modified_since: datetime | None = None
    unmodified_since: datetime | None = None
    part: ByteRange | None = None
    if_range: datetime | str | None = None

    def __call__(self, head: Head) -> ByteRange | None:
        """The part to send, None for all of it; PreconditionFailed when the client wants no answer about this head."""
        self._must_hold(head)
        known = self.if_range in (None, f'"{head.content.digests.etag}"', _modified(head))
        return self.part if known and not self.is_unmodified(head) else None

    def is_unmodified(self, head: Head) -> bool:
        """Whether the client has it already."""
        if self.none_match:
            return self.none_match.hold_weakly(head.content.digests.etag)
        return self.modified_since is not None and _modified(head) <= self.modified_since

    def _must_hold(self, head: Head) -> None:
        if self.match:
            if not self.match.hold(head.content.digests.etag):
                raise PreconditionFailed("If-Match")
        elif self.unmodified_since and _modified(head) > self.unmodified_since:
            raise PreconditionFailed("If-Unmodified-Since")


def wanted_range(exchange: Exchange) -> ReadTerms:
    """What a request to read says of when and of which part."""
    part, if_range = exchange.header("Range"), _field(exchange, "If-Range")
    return ReadTerms(
        match=_tags(exchange, "If-Match"),
        none_match=_tags(exchange, "If-None-Match"),
        modified_since=_date(exchange, "If-Modified-Since"),
        unmodified_since=_date(exchange, "If-Unmodified-Since"),
        part=ranges.parse(part) if part else None,
        if_range=_date(exchange, "If-Range") or if_range,
    )


def write_condition(exchange: Exchange) -> Condition:
    """What must hold of the present head for a write to replace it."""
    _refuse(exchange, "If-Unmodified-Since", "If-Modified-Since")
    unmatched, match = _field(exchange, "If-None-Match"), _field(exchange, "If-Match")
    if unmatched not in (None, "*"):
        raise NotImplementedYet("If-None-Match with an entity tag")
    return Condition(absent=unmatched is not None, present=match == "*", etag=_one_tag(match))


def _modified(head: Head) -> datetime:
    """As exactly as an answer says it."""
    return head.modified_at.replace(microsecond=0)


def _field(exchange: Exchange, name: str) -> str | None:
    """A header that may stand several times, which is one list."""
    values = exchange.request.headers.getall(name, [])
    return ", ".join(values) if values else None


def _tags(exchange: Exchange, name: str) -> EntityTags | None:
    field = _field(exchange, name)
    return None if field is None else EntityTags.parse(field)


def _date(exchange: Exchange, name: str) -> datetime | None:
    field = _field(exchange, name)
    return None if field is None else http_date(field, now=exchange.clock.now())


def _refuse(exchange: Exchange, *names: str) -> None:
    for name in names:
        if exchange.header(name) is not None:
            raise NotImplementedYet(name)


def _one_tag(field: str | None) -> str | None:
    if field in (None, "*"):
        return None
    match = _ONE_TAG.fullmatch(field)
    if match is None:
        raise InvalidScalar("The header If-Match", "one strong entity tag was expected")
    return match[1] or match[2]
