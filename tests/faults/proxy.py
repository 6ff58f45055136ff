"""A proxy in front of PostgreSQL that loses what it is told to lose: a message, the answer to one, or everything.

It listens on loopback, speaks to a socket in a directory or to a port, and knows of the protocol where a message begins and ends:
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NoReturn, TypeAlias
from urllib.parse import parse_qs, urlsplit

Chosen: TypeAlias = Callable[[bytes], bool]
_PROTOCOL_3 = b"\x00\x03"


class Fault(Enum):
    """What becomes of a message that a client sends."""

    CUT = auto()
    """It never arrives; both ends lose their connection."""
    HOLD = auto()
    """The client loses its connection. The server waits for a message that comes when it is released, or never."""
    LOSE_ANSWER = auto()
    """It arrives and is answered; then both ends lose their connection."""
    BLACKHOLE = auto()
    """It never arrives, and neither does anything after it; no end learns of that."""


def is_commit(message: bytes) -> bool:
    """A simple query that ends a transaction for good; statements that speak of COMMIT in a comment do not."""
    return message[:1] == b"Q" and message[5:].startswith(b"COMMIT")


def speaks_of(word: str) -> Chosen:
    """Any message that has the word in it."""
    return lambda message: word.encode() in message


def nth(number: int) -> Chosen:
    """The n-th message that is looked at."""
    left = iter(range(number - 1, -1, -1))
    return lambda _: next(left, None) == 0


@dataclass(eq=False)
class _Link:
    """A client, and its connection to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    losing: bool = False
    silent: bool = False

    def cut(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()

    async def forward(self, message: bytes) -> None:
        self.server.write(message)
        await self.server.drain()


@dataclass(eq=False)
class Proxy:
    """Forwards until a fault is due. Each is good for one message, and those that are armed are due one after the other."""

    dsn: str
    """Of the database itself."""
    refusing: bool = False
    """Whether whoever comes is sent away."""
    port: int = field(init=False, default=0)
    _arriving: bool = False
    _due: list[tuple[Fault, Chosen]] = field(default_factory=list)
    _links: set[_Link] = field(default_factory=set)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def via(self) -> str:
        """The address of the database, by the way through here."""
        parts = urlsplit(self.dsn)
        return f"postgresql://{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self.port}{parts.path}?sslmode=disable"

    @property
    def armed(self) -> bool:
        """Whether a fault is still to happen."""
        return bool(self._due)

    def arm(self, fault: Fault, when: Chosen = is_commit) -> None:
        self._due.append((fault, when))

    def disarm(self) -> None:
        self._due.clear()

    def release(self, *, arriving: bool = True) -> None:
        """Let what is held arrive after all, or end its connection without it."""
        self._arriving = arriving
        self._released.set()

    def cut_all(self) -> None:
        """End every connection; the server learns of it too."""
        for link in self._links:
            link.cut()

    async def converse(self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        """Serve one client to its end, or to that of its connection to the server."""
        try:
            if not self.refusing:
                server_reader, server = await _connect(self.dsn)
                await self._carry(_Link(client, server), client_reader, server_reader)
        finally:
            client.transport.abort()

    async def _carry(self, link: _Link, client: asyncio.StreamReader, server: asyncio.StreamReader) -> None:
        self._links.add(link)
        try:
            await _until_one_ends(self._requests(link, client), self._answers(link, server))
        finally:
            self._links.discard(link)
            link.cut()

    async def _requests(self, link: _Link, reader: asyncio.StreamReader) -> None:
        async for message in _messages(reader):
            match self._fault(message):
                case Fault.CUT:
                    return
                case Fault.BLACKHOLE:
                    link.silent = True
                    await _for_ever()
                case Fault.HOLD:
                    link.losing = True
                    link.client.transport.abort()
                    await self._released.wait()
                    if not self._arriving:
                        return
                    await link.forward(message)
                    await _for_ever()
                case Fault.LOSE_ANSWER:
                    link.losing = True
            await link.forward(message)

    async def _answers(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while (answer := await reader.read(1 << 16)) and not link.losing:
            if not link.silent:
                link.client.write(answer)
                await link.client.drain()
        if link.silent:
            await _for_ever()

    def _fault(self, message: bytes) -> Fault | None:
        if not self._due or not self._due[0][1](message):
            return None
        return self._due.pop(0)[0]


@asynccontextmanager
async def proxied(dsn: str) -> AsyncIterator[Proxy]:
    """A proxy to the database at that address; what still hangs on it goes with it."""
    proxy, conversations = Proxy(dsn), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.create_task(proxy.converse(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = int(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


async def _connect(dsn: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(dsn)
    options = parse_qs(parts.query)
    if "host" in options:
        return await asyncio.open_unix_connection(f"{options['host'][0]}/.s.PGSQL.{options['port'][0]}")
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """What a client sends, message by message. The first ones have no type; the last of these starts the session."""
    with suppress(asyncio.IncompleteReadError):
        started = False
        while True:
            kind = await reader.readexactly(1) if started else b""
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size, "big") - 4)
            started = started or body.startswith(_PROTOCOL_3)
            yield kind + size + body


async def _until_one_ends(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _for_ever() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError
