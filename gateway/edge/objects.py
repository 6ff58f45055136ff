"""Answers that hold an object, or all but its bytes, in the same way on every front.

`metadata` is what the names of an object's metadata begin with on a front, `cache` its Cache-Control where nothing is stored, and
`overrides` are headers that the answer is to have besides, or instead of what is stored.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from aiohttp import web

from buckets import ranges
from buckets.model.blob import Span
from buckets.model.version import Head
from buckets.ranges import ByteRange
from gateway.edge.conditional import ReadTerms, wanted_range
from gateway.edge.exchange import Exchange
from gateway.edge.overrides import NO_OVERRIDES
from gateway.edge.respond import stream, whole
from gateway.edge.serving import object_headers, partial, unmodified_headers


class Reading(Protocol):
    """An object, and the part of it that was wanted; its bytes come at once where they are few, or else in chunks."""

    @property
    def head(self) -> Head: ...

    @property
    def part(self) -> ByteRange | None: ...

    @property
    def span(self) -> Span: ...

    @property
    def chunks(self) -> AsyncIterator[bytes]: ...

    async def at_once(self) -> bytes | None: ...


async def answer_with(
    exchange: Exchange,
    reading: Reading,
    *,
    wanted: ReadTerms,
    metadata: str,
    cache: str | None = None,
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> web.StreamResponse:
    """The object, or the part of it that was wanted. No byte is asked for when the client has it already."""
    head, span = reading.head, reading.span
    headers = object_headers(head, metadata=metadata, cache=cache, overrides=overrides)
    if wanted.is_unmodified(head):
        return whole(exchange, 304, headers=unmodified_headers(headers))
    status, said = partial(reading.part, span, head.content.size)
    body = await reading.at_once()
    if body is not None:
        return whole(exchange, status, headers=headers | said, body=body)
    return await stream(exchange, reading.chunks, length=span.length, headers=headers | said, status=status)


def answer_about(
    exchange: Exchange, head: Head, *, metadata: str, cache: str | None = None, overrides: Mapping[str, str] = NO_OVERRIDES
) -> web.StreamResponse:
    """What an answer with the object would say, and none of its bytes."""
    wanted = wanted_range(exchange)
    part = wanted(head)
    headers = object_headers(head, metadata=metadata, cache=cache, overrides=overrides)
    if wanted.is_unmodified(head):
        return whole(exchange, 304, headers=unmodified_headers(headers))
    span = ranges.resolve(part, head.content.size)
    status, said = partial(part, span, head.content.size)
    return whole(exchange, status, headers=headers | said | {"Content-Length": str(span.length)})
