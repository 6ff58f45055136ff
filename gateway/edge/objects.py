"""Answers that hold an object, or all but its bytes, in the same way on every front."""

from collections.abc import AsyncIterator

from aiohttp import web

from buckets import ranges
from buckets.model.blob import Span
from buckets.model.version import Head
from buckets.ranges import ByteRange
from gateway.edge.conditional import must_match, wanted_range
from gateway.edge.exchange import Exchange
from gateway.edge.respond import stream, whole
from gateway.edge.serving import object_headers, partial


async def answer_with(
    exchange: Exchange, head: Head, span: Span, chunks: AsyncIterator[bytes], *, wanted: ByteRange | None, metadata: str
) -> web.StreamResponse:
    """The object, or the part of it that was wanted; `metadata` is what the names of its metadata begin with on this front."""
    must_match(exchange, head.content.digests.etag)
    status, part = partial(wanted, span, head.content.size)
    headers = object_headers(head, metadata=metadata) | part
    return await stream(exchange, chunks, length=span.length, headers=headers, status=status)


def answer_about(exchange: Exchange, head: Head, *, metadata: str) -> web.StreamResponse:
    """What an answer with the object would say, and none of its bytes."""
    must_match(exchange, head.content.digests.etag)
    wanted = wanted_range(exchange)
    span = ranges.resolve(wanted, head.content.size)
    status, part = partial(wanted, span, head.content.size)
    headers = object_headers(head, metadata=metadata) | part | {"Content-Length": str(span.length)}
    return whole(exchange, status, headers=headers)
