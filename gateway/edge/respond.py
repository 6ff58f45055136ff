"""How an answer leaves: whole, or as a stream that is either complete or visibly broken."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Self

from aiohttp import hdrs, web

from buckets.errors import ClientGone, StoreUnavailable
from gateway.edge.exchange import Exchange

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def whole(
    exchange: Exchange, status: int, *, headers: Mapping[str, str] | None = None, body: bytes = b"", last: bool = False
) -> web.Response:
    """An answer that is held in memory. After the last one the connection is closed."""
    response = web.Response(status=status, headers={**exchange.marks, **(headers or {})}, body=body)
    exchange.sent = 0 if exchange.method == hdrs.METH_HEAD else len(body)
    if last or exchange.is_last:
        response.force_close()
    return response


async def stream(
    exchange: Exchange, chunks: AsyncIterator[bytes], *, length: int, headers: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    """As many bytes as promised. The first are drawn before the status line leaves, so that their failure is still an answer.

    What is raised later has already spoilt the answer: the connection is reset (`conversation.py`).
    """
    source = _Exactly(chunks, length)
    first = await anext(source, b"")
    if len(first) == length:
        return whole(exchange, status, headers=headers, body=first)
    response = web.StreamResponse(status=status, headers={**exchange.marks, **headers, "Content-Length": str(length)})
    if exchange.is_last:
        response.force_close()
    await _hand_over(exchange, response.prepare(exchange.request))
    await _hand_over(exchange, response.write(first))
    exchange.sent = len(first)
    del first  # it has been handed over, and the rest may take a slow client hours
    async for chunk in source:
        await _hand_over(exchange, response.write(chunk))
        exchange.sent += len(chunk)
    await response.write_eof()
    return response


def reset(request: web.BaseRequest) -> None:
    """Cut the connection, so that nobody takes what was sent so far for the whole."""
    transport = request.transport
    if transport is None:
        return
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


async def _hand_over(exchange: Exchange, step: Awaitable[object]) -> None:
    """A client that takes nothing for too long is as good as gone."""
    try:
        async with asyncio.timeout(exchange.patience.stall):
            await step
    except (OSError, TimeoutError) as error:
        raise ClientGone from error


class _Exactly:
    """The same chunks, counted. The last is held back until the source has ended well: a source that fails never looks complete."""

    def __init__(self, chunks: AsyncIterator[bytes], length: int) -> None:
        self._chunks = chunks
        self._length = length
        self._left = length

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._must_be_even()
            raise
        self._left -= len(chunk)
        if self._left <= 0:
            await self._drain()
        return chunk

    async def _drain(self) -> None:
        async for chunk in self._chunks:
            self._left -= len(chunk)
        self._must_be_even()

    def _must_be_even(self) -> None:
        if self._left:
            raise StoreUnavailable(f"{self._length} bytes were promised, {self._length - self._left} came")
