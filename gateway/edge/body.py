"""The body of a request as it arrives. Every accident of a socket becomes a client fault here; nobody further in sees one."""

import asyncio
from dataclasses import dataclass
from typing import Self

from aiohttp import HttpVersion11, web

from buckets.errors import ClientGone, IncompleteBody, MalformedMessage, RequestTimeout
from buckets.ports import Clock

PIECE = 256 << 10
"""The most bytes that are handed on at once."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How slow a client may be.

    A body has some seconds to begin with, every byte buys more at the least rate, and no silence may be too long. Only waiting
    for the client counts: a store that is slow to take bytes is not the client's fault. `stall` is how long a reader of an
    answer may take none of it.
    """

    start: float = 20.0
    rate: float = 1024.0
    silence: float = 30.0
    stall: float = 60.0


class ReceivedBody:
    """An async iterator over the pieces of a body. The client is asked to send it only when the first piece is."""

    def __init__(self, request: web.BaseRequest, *, clock: Clock, patience: Patience) -> None:
        self.declared = None if "Transfer-Encoding" in request.headers else request.content_length or 0
        self.received = 0
        self._request = request
        self._clock = clock
        self._patience = patience
        self._waited = 0.0
        self._invited = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._next()
        self.received += len(piece)
        if piece:
            return piece
        if self.declared not in (None, self.received):
            raise IncompleteBody(self.declared, self.received)
        raise StopAsyncIteration

    async def _next(self) -> bytes:
        try:
            await self._invite()
            return self._request.content.read_nowait(PIECE) or await self._wait()
        except TimeoutError as error:
            raise RequestTimeout from error
        except web.RequestPayloadError as error:
            raise MalformedMessage("its body is not framed as it should be") from error
        except (OSError, RuntimeError) as error:  # aiohttp's streams raise RuntimeError when the connection has gone before
            raise ClientGone from error

    async def _invite(self) -> None:
        """A client that expects 100 (Continue) keeps its body until everything that can be refused without it has been."""
        if self._invited:
            return
        self._invited = True
        expects = self._request.headers.get("Expect", "").lower() == "100-continue"
        if expects and self._request.version >= HttpVersion11:
            await self._request.writer.write(_CONTINUE)
            self._request.writer.output_size = 0  # the answer itself has not begun

    async def _wait(self) -> bytes:
        """Until something arrives. It is at most one reading of the socket, since nothing was there before."""
        begun = self._clock.monotonic()
        async with asyncio.timeout(self._left()):
            piece = await self._request.content.readany()
        self._waited += self._clock.monotonic() - begun
        return piece

    def _left(self) -> float:
        earned = self._patience.start + self.received / self._patience.rate
        return max(0.0, min(self._patience.silence, earned - self._waited))
