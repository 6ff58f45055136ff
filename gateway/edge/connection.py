"""The connections of the data listener: what aiohttp leaves open at the level of a socket is closed here.

aiohttp answers what it cannot parse in its own words, waits for a header as long as somebody drips it, leaves a handler waiting
when the framing of its body breaks, and stops reading bodies that are on their way when it is told to close. This is the one file
that knows its insides.
"""

import asyncio
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD

from buckets.errors import HeadersTooLarge, MalformedMessage, StorageError
from gateway.edge.body import Patience
from gateway.edge.respond import reset

_ANSWERED = (HttpVersion10, HttpVersion11)


class Handler(Protocol):
    """What a listener does with requests, and with what is none."""

    @property
    def patience(self) -> Patience: ...

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse: ...

    def refuse(self, request: web.BaseRequest, error: StorageError) -> web.Response: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large and how long things on a connection may be; the names are aiohttp's."""

    keepalive_timeout: float = 75.0
    lingering_time: float = 5.0
    read_bufsize: int = 64 << 10
    max_line_size: int = 16 << 10
    max_field_size: int = 16 << 10
    max_headers: int = 100


class Listener(web.Server):
    """Makes the connections of one listener and knows which of them are busy."""

    def __init__(self, handler: Handler, *, header_timeout: float, bounds: Bounds) -> None:
        super().__init__(self._handle)
        self.stall = handler.patience.stall
        self._handler = handler
        self._options: dict[str, Any] = {"access_log": None, "auto_decompress": False, **asdict(bounds)}
        self._busy: set[Connection] = set()
        self._freed = asyncio.Event()
        self._look: asyncio.TimerHandle | None = None
        self.header_timeout = header_timeout
        self.draining = False

    def __call__(self) -> "Connection":
        return Connection(self, loop=asyncio.get_running_loop(), **self._options)

    def refuse(self, request: web.BaseRequest, error: StorageError) -> web.Response:
        return self._handler.refuse(request, error)

    def occupy(self, connection: "Connection") -> None:
        self._busy.add(connection)
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(self.stall, self._look_around)

    def free(self, connection: "Connection") -> None:
        self._busy.discard(connection)
        self._freed.set()

    async def drain(self, seconds: float) -> None:
        """Idle connections close now, busy ones after their answer; those that are busy for too long are reset."""
        self.draining = True
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.retire()
        try:
            async with asyncio.timeout(seconds):
                await self._quiet()
        except TimeoutError:
            for connection in self._busy:
                connection.reset()

    def _look_around(self) -> None:
        """Every now and then, while anybody is busy: that costs the single answer nothing."""
        self._look = None
        for connection in tuple(self._busy):
            connection.must_be_taking()
        if self._busy:
            self._look = asyncio.get_running_loop().call_later(self.stall, self._look_around)

    async def _quiet(self) -> None:
        while self._busy:
            self._freed.clear()
            await self._freed.wait()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if isinstance(connection, Connection):
            connection.begin(request)
        return await self._handler(request)


class Connection(web.RequestHandler):
    """One connection. Its header must arrive within a time, from the first byte on or from the start.

    A client that takes nothing of a short answer for too long is let go; `respond.py` sees to the long ones.
    """

    __slots__ = ("_begun", "_deadline", "_ending", "_listener", "_request", "_untaken")

    def __init__(self, listener: Listener, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:  # noqa: ANN401  # aiohttp's
        super().__init__(listener, loop=loop, **options)
        self._listener = listener
        self._deadline: asyncio.TimerHandle | None = None
        self._request: web.BaseRequest | None = None
        self._begun = False
        self._ending = False
        self._untaken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._await_header()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._begun = self._has_more_than_requests(data)
        if self._request is None:
            self._await_header()
        elif self._broken() and not self._request.content.is_eof():
            _break_off(self._request)

    def begin(self, request: web.BaseRequest) -> None:
        """A header is complete and its request is in hand."""
        self._stop_waiting()
        self._request = request
        self._listener.occupy(self)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        if self._listener.draining:
            resp.force_close()
        if request.version not in _ANSWERED:
            request._cache["version"] = HttpVersion11  # noqa: SLF001  # no answer is in a version that we do not speak
        self._ending, self._untaken = True, 0
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._end()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()
        self._end()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if isinstance(exc, HttpProcessingError):
            return self._listener.refuse(request, _fault(exc))
        if isinstance(exc, ConnectionError):  # the answer has been broken off already
            raise exc
        return super().handle_error(request, status, exc, message)

    def retire(self) -> None:
        """Close, unless there is somebody to answer; `close` of aiohttp would stop reading a body that is on its way."""
        if self._request is None and not self._messages:
            self.force_close()

    def must_be_taking(self) -> None:
        """Reset, if of the end of an answer nothing was taken since the last look."""
        if self._ending and isinstance(self.transport, asyncio.WriteTransport):
            before, self._untaken = self._untaken, self.transport.get_write_buffer_size()
            if self._untaken >= before > 0:
                self.reset()

    def reset(self) -> None:
        if self._request is not None:
            reset(self._request)

    def _await_header(self) -> None:
        if self._deadline is None and self.transport is not None:
            self._deadline = self._loop.call_later(self._listener.header_timeout, self.force_close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _has_more_than_requests(self, data: bytes) -> bool:
        """Whether another header begins behind a request without a body, in the same piece."""
        return bool(self._messages) and self._messages[-1][1] is EMPTY_PAYLOAD and not data.endswith(b"\r\n\r\n")

    def _end(self) -> None:
        self._request = None
        self._ending = False
        self._listener.free(self)
        if self._begun and not self._messages:
            self._await_header()

    def _broken(self) -> bool:
        """Whether the parser has given up; aiohttp queues that as if it were a request."""
        return bool(self._messages) and hasattr(self._messages[-1][0], "exc")


def _break_off(request: web.BaseRequest) -> None:
    """Whoever reads the body learns that it ends badly; marked as ended, or aiohttp would wait for the rest of it."""
    request.content.set_exception(web.RequestPayloadError("malformed"))
    request.content.feed_eof()


def _fault(error: HttpProcessingError) -> StorageError:
    """What the parser says repeats what it was sent, and stays here."""
    if isinstance(error, LineTooLong) or "Too many headers" in error.message:
        return HeadersTooLarge()
    return MalformedMessage("it is not valid HTTP")
