"""Objects too large to hold, sent and checked block by block over a plain connection, which can pause between any two blocks."""

import random
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Protocol, Self, TypeVar
from urllib.parse import urlsplit

from tests.acceptance.fronts import Front
from tests.acceptance.resident import Resident

BLOCK = 64 << 10
_PATIENCE = 60.0
_NARROW, _WIDE = 8 << 10, 1 << 20  # windows: what the peer may send before somebody reads
_SEGMENT = 1400
_STAMP = 8
_NOISE = random.Random(BLOCK).randbytes(BLOCK - _STAMP)
T = TypeVar("T")


class Transfer(Protocol):
    """An object on its way, as far as somebody wants it to be."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def advance(self, blocks: int) -> None:
        """Move so many blocks on and stop there."""

    def finish(self) -> None:
        """Move the rest, and see the end of it."""


class _Connected:
    """A request on a connection of its own, which is opened when it first moves on."""

    def __init__(self, front: Front, method: str, key: str, size: int) -> None:
        self._front = front
        self._method = method
        self._key = key
        self._blocks = size // BLOCK
        self._moved = 0
        self._connection = HTTPConnection(urlsplit(front.endpoint).netloc, timeout=_PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _connected(self, address: tuple[str, int]) -> socket.socket:
        return socket.create_connection(address, _PATIENCE)

    def _opened(self, **more: str) -> HTTPConnection:
        connection = self._connection
        if not connection.sock:
            connection.sock = self._connected((connection.host, connection.port))
            connection.putrequest(self._method, self._front.path(self._key), skip_host=True, skip_accept_encoding=True)
            headers = {"Host": urlsplit(self._front.endpoint).netloc, **self._front.headers(self._method, self._key), **more}
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
        return connection


class Upload(_Connected):
    """An object that is made as it is sent."""

    def __init__(self, front: Front, key: str, size: int) -> None:
        super().__init__(front, "PUT", key, size)

    def advance(self, blocks: int) -> None:
        connection = self._opened(**{"Content-Length": str(self._blocks * BLOCK)})
        for number in range(self._moved, self._moved + blocks):
            connection.send(_block(number))
        self._moved += blocks

    def finish(self) -> None:
        self.advance(self._blocks - self._moved)
        _answer(self._connection).read()


class Download(_Connected):
    """An object that is compared as it comes with what an upload has made."""

    def __init__(self, front: Front, key: str, size: int) -> None:
        super().__init__(front, "GET", key, size)
        self._body: HTTPResponse | None = None
        self._buffer = bytearray(BLOCK)

    def advance(self, blocks: int) -> None:
        """None at all is the slowest start: the request is sent and not even the status of its answer is read."""
        connection = self._opened()
        if blocks:
            body = self._body = self._body or self._begun(connection)
            for number in range(self._moved, self._moved + blocks):
                self._fill(body)
                assert self._buffer == _block(number), f"block {number} came otherwise"
            self._moved += blocks

    def finish(self) -> None:
        self._opened().sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WIDE)
        self.advance(self._blocks - self._moved)
        assert self._body
        assert self._body.read() == b""

    def _connected(self, address: tuple[str, int]) -> socket.socket:
        """As if from far away and from somebody new: else the kernel would hold megabytes for whoever does not read."""
        wire = socket.socket()
        wire.settimeout(_PATIENCE)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
        wire.bind((f"127.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(1, 255)}", 0))
        wire.connect(address)
        return wire

    def _begun(self, connection: HTTPConnection) -> HTTPResponse:
        answer = _answer(connection)
        assert answer.length == self._blocks * BLOCK
        return answer

    def _fill(self, body: HTTPResponse) -> None:
        rest = memoryview(self._buffer)
        while rest:
            count = body.readinto(rest)
            assert count, "the answer broke off"
            rest = rest[count:]


@dataclass(frozen=True)
class Growth:
    """How much memory some transfers have cost a process, in bytes: while all of them paused, and at the most."""

    paused: int
    peak: int


def growth(resident: Resident, transfers: Sequence[Transfer], *, pause_after: int) -> Growth:
    """All transfers at once: they stop on the way until the process rests, and then go on as fast as they can."""
    with ExitStack() as stack, ThreadPoolExecutor(len(transfers)) as pool:
        opened = [stack.enter_context(transfer) for transfer in transfers]
        base = resident.mark()
        _each(pool, lambda transfer: transfer.advance(pause_after // BLOCK), opened)
        paused = resident.settled()
        _each(pool, lambda transfer: transfer.finish(), opened)
        return Growth(paused=paused - base, peak=max(paused, resident.peak()) - base)


def delete(front: Front, key: str) -> None:
    """For good, where the surface has such a thing."""
    connection = HTTPConnection(urlsplit(front.endpoint).netloc, timeout=_PATIENCE)
    connection.request("DELETE", f"{front.path(key)}?permanent=true", headers=dict(front.headers("DELETE", key)))
    answer = connection.getresponse()
    assert answer.status == 204, answer.read()
    connection.close()


def _answer(connection: HTTPConnection) -> HTTPResponse:
    answer = connection.getresponse()
    assert answer.status in (200, 201), (answer.status, answer.read())
    return answer


def _each(pool: ThreadPoolExecutor, step: Callable[[T], None], transfers: Sequence[T]) -> None:
    for _ in pool.map(step, transfers):
        pass


def _block(number: int) -> bytes:
    return number.to_bytes(_STAMP, "big") + _NOISE
