"""One connection of the driver: it asks, reads the whole answer, and asks again. No HTTP client is as cheap, nor as strict."""

import asyncio
import re
import time
from collections.abc import Callable

from tests.bench.load import PATTERN, Load, WrongAnswer

_BUFFER = len(PATTERN)
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKS = memoryview(PATTERN)


class Conversation(asyncio.BufferedProtocol):
    """Takes the next request from `take` until that has none. `ended` holds how long each answer took, or what was wrong."""

    def __init__(self, load: Load, take: Callable[[], bytes | None]) -> None:
        self._load = load
        self._take = take
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._latencies: list[float] = []
        self.ended: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(WrongAnswer(f"the connection was closed before the answer was complete ({exc})"))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        try:
            self._received(nbytes)
        except WrongAnswer as wrong:
            self._end(wrong)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._send()

    def _ask(self) -> None:
        head = self._take()
        if head is None:
            self._end(None)
            return
        self._began = time.perf_counter()
        self._head: bytearray | None = bytearray()
        self._missing, self._unsent, self._paused = 0, self._load.sent, False
        first = _CHUNKS[: min(self._unsent, _BUFFER)]
        self._unsent -= len(first)
        self._transport.write(b"".join((head, first)))
        self._send()

    def _send(self) -> None:
        """The rest of a long body, as fast as it is taken."""
        while self._unsent and not self._paused:
            chunk = _CHUNKS[: min(self._unsent, _BUFFER)]
            self._unsent -= len(chunk)
            self._transport.write(chunk)

    def _received(self, count: int) -> None:
        if self._head is None:
            self._missing -= count
        else:
            self._head += self._view[:count]
            self._read_head(self._head)
        if self._head is None and self._missing <= 0:
            self._answered()

    def _read_head(self, head: bytearray) -> None:
        end = head.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        status, length = _STATUS.match(head), _LENGTH.search(head, 0, end)
        if status is None or int(status[1]) not in self._load.statuses:
            raise WrongAnswer(f"{self._load.statuses} was expected, not {bytes(head[:500])!r}")
        size = int(length[1]) if length else 0
        if self._load.size not in (None, size):
            raise WrongAnswer(f"{self._load.size} bytes were expected, not {size}")
        self._missing = (0 if self._load.silent else size) - (len(head) - end)
        self._head = None

    def _answered(self) -> None:
        if self._missing or self._unsent:
            raise WrongAnswer("an answer came before the request was complete, or went on behind its end")
        self._latencies.append(time.perf_counter() - self._began)
        self._ask()

    def _end(self, wrong: WrongAnswer | None) -> None:
        if wrong:
            self.ended.set_exception(wrong)
        else:
            self.ended.set_result(self._latencies)
        self._transport.close()
