"""A proxy in front of SeaweedFS's S3 gateway that loses, cuts or alters what it is told to.

It knows of HTTP where a message begins and ends, and that an answer may come before a body.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What becomes of a request and its answer."""

    arrives: bool = True
    """Otherwise the server never sees it, and both ends lose their connection."""
    held: bool = False
    """Nothing comes back, ever."""
    early: bool = False
    """The server asks for the body, and gives up when it has begun to come."""
    passes: int | None = None
    """So many bytes of the answer's body get through; then both ends lose their connection. 0: nothing does, its head neither."""
    head: Callable[[bytes], bytes] = field(default=lambda head: head)
    """What is said in place of the answer's head."""
    drops: int = 0
    """So many bytes are missing at the end of the answer's body."""
    flips: int | None = None
    """The byte of the answer's body that is another one."""
    says: bytes | None = None
    """The server never sees it, and this comes back: before the body, where that has to be asked for."""


@dataclass(eq=False)
class Meddler:
    """Forwards until a request comes that a fault is meant for. Each is good for one request."""

    target: str
    port: int = field(init=False, default=0)
    seen: list[str] = field(default_factory=list)
    """The requests that came, by method and path."""
    _due: list[tuple[re.Pattern[str], Fault]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def armed(self) -> bool:
        return bool(self._due)

    def arm(self, pattern: str, fault: Fault, *, times: int = 1) -> None:
        """The next requests whose method and path begin like this."""
        self._due.extend([(re.compile(pattern), fault)] * times)

    def disarm(self) -> Sequence[Fault]:
        """Forward everything from now on; the faults that did not happen."""
        left = [fault for _, fault in self._due]
        self._due.clear()
        return left

    async def converse(self, client: "_Peer") -> None:
        parts = urlsplit(self.target)
        server = _Peer(*await asyncio.open_connection(parts.hostname, parts.port))
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                while await self._exchange(client, server):
                    pass
        finally:
            client.writer.transport.abort()
            server.writer.transport.abort()

    async def _exchange(self, client: "_Peer", server: "_Peer") -> bool:
        """One request and its answer; whether the connection stays."""
        request = await client.head()
        line = request.split(b" HTTP/", 1)[0].decode()
        self.seen.append(line)
        fault = self._fault(line)
        if fault.early:
            client.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await client.reader.read(1)
            client.writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            await _for_ever()
        if fault.says is not None:
            return await _make_up(fault.says, client, request)
        if not fault.arrives:
            return fault.held and await _for_ever()
        server.writer.write(request)
        body = asyncio.create_task(client.send(server, _length(request)))
        try:
            return await _answer(fault, client, server, bodiless=line.startswith("HEAD")) and body.done()
        finally:
            body.cancel()
            await asyncio.gather(body, return_exceptions=True)

    def _fault(self, line: str) -> Fault:
        if self._due and self._due[0][0].match(line):
            return self._due.pop(0)[1]
        return Fault()


@asynccontextmanager
async def meddling(target: str) -> AsyncIterator[Meddler]:
    """A proxy to that address; what still hangs on it goes with it."""
    meddler, conversations = Meddler(target), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.create_task(meddler.converse(_Peer(reader, writer))))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    meddler.port = int(server.sockets[0].getsockname()[1])
    try:
        yield meddler
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


def renamed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A head in which something is said in other words."""

    def change(head: bytes) -> bytes:
        changed, times = re.subn(old, new, head)
        assert times == 1, head
        return changed

    return change


@dataclass(frozen=True, slots=True)
class _Peer:
    """One end of a conversation."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def send(self, other: "_Peer", size: int, flips: int | None = None) -> None:
        """So many bytes to the other."""
        sent = 0
        while sent < size:
            chunk = bytearray(await self.reader.read(min(size - sent, 1 << 16)))
            if not chunk:
                raise ConnectionResetError
            if flips is not None and sent <= flips < sent + len(chunk):
                chunk[flips - sent] ^= 0x40
            sent += len(chunk)
            other.writer.write(chunk)
            await other.writer.drain()

    async def drop(self, size: int) -> None:
        """So many bytes to nobody."""
        while size > 0 and (chunk := await self.reader.read(min(size, 1 << 16))):
            size -= len(chunk)


async def _answer(fault: Fault, client: _Peer, server: _Peer, *, bodiless: bool) -> bool:
    """What comes back, faulty; whether it came whole."""
    while (head := await server.head()).startswith(b"HTTP/1.1 1"):
        client.writer.write(head)
    if fault.held:
        await _for_ever()
    if fault.passes == 0:
        return False
    size = 0 if bodiless else _length(head)
    client.writer.write(fault.head(head))
    passes = size if fault.passes is None else min(fault.passes, size)
    await server.send(client, passes - fault.drops, fault.flips)
    await client.writer.drain()
    return fault.passes is None and not fault.drops


async def _make_up(answer: bytes, client: _Peer, request: bytes) -> bool:
    """An answer that nobody else has given."""
    if b"100-continue" not in request.lower():
        await client.drop(_length(request))
    client.writer.write(answer)
    await client.writer.drain()
    return False


def _length(head: bytes) -> int:
    match = _LENGTH.search(head)
    return int(match[1]) if match else 0


async def _for_ever() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError
