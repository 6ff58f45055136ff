"""Answers that hold an object, or all but its bytes, in the same way on every front.

`metadata` is what the names of an object's metadata begin with on a front, `cache` its Cache-Control where nothing is stored, and
`overrides` are headers that the answer is to have besides, or instead of what is stored.
"""

from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from buckets import ranges
from buckets.model.blob import Span
from buckets.model.version import Head
from gateway.edge.conditional import ReadTerms, wanted_range
from gateway.edge.exchange import Exchange
from gateway.edge.overrides import NO_OVERRIDES
from gateway.edge.respond import stream, whole
from gateway.edge.serving import object_headers, partial, unmodified_headers


async def answer_with(
    exchange: Exchange,
    head: Head,
    span: Span,
    chunks: AsyncIterator[bytes],
    *,
    wanted: ReadTerms,
    metadata: str,
    cache: str | None = None,
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> web.StreamResponse:
    """The object, or the part of it that was wanted. Nothing is drawn from the chunks when the client has it already."""
    part = wanted(head)
    headers = object_headers(head, metadata=metadata, cache=cache, overrides=overrides)
    if wanted.is_unmodified(head):
        return whole(exchange, 304, headers=unmodified_headers(headers))
    status, said = partial(part, span, head.content.size)
    return await stream(exchange, chunks, length=span.length, headers=headers | said, status=status)


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
