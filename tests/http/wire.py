"""A client that sends exactly the bytes it is told to, and says exactly what came back."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gateway.auth.keys import MintedPair
from tests.http.house import House

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came over the wire."""

    version: str
    status: int
    headers: dict[str, str]
    body: bytes

    def code(self) -> str:
        """Of an S3 error document."""
        return self.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


@dataclass(slots=True)
class Wire:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    house: House

    async def send(self, *pieces: bytes) -> Self:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
        return self

    async def reply(self, *, to: str = "GET") -> Reply:
        """The next answer, whole."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("utf-8").split("\r\n")
        version, status, _ = head[0].split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        empty = to == "HEAD" or status in {"100", "204", "304"}
        body = b"" if empty else await self.reader.readexactly(int(headers["content-length"]))
        return Reply(version, int(status), headers, body)

    async def ask(self, method: str, target: str, *, headers: Headers = (), body: bytes = b"") -> Reply:
        """A request by the bearer key of the house's first tenant."""
        await self.send(request(method, target, [*bearer(self.house), *headers], body))
        return await self.reply(to=method)

    async def rest(self) -> bytes:
        """Everything up to the end, which must come."""
        return await self.reader.read()

    async def is_alive(self) -> bool:
        """Whether the connection, if it is still open, gives the canary its own answer and nobody else's."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            reply = await self.ask("GET", "/photos/canary", headers=[("Range", "bytes=0-5")])
            assert (reply.status, reply.body) == (206, b"canary"), reply
            return True
        assert await self.is_closed()
        return False

    async def is_closed(self) -> bool:
        with suppress(ConnectionError):
            return await self.reader.read(1) == b""
        return True


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        yield Wire(reader, writer, house)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def ask(house: House, method: str, target: str, *, headers: Headers = (), body: bytes = b"") -> Reply:
    """One request on a connection of its own."""
    async with connected(house) as wire:
        return await wire.ask(method, target, headers=headers, body=body)


async def ask_signed(house: House, method: str, target: str, *, headers: Headers = (), body: bytes = b"") -> Reply:
    """One request as botocore signs it."""
    async with connected(house) as wire:
        signed = sign(house.alice.pair, method, target, house.port, headers=headers, body=body)
        await wire.send(request(method, target, signed, body))
        return await wire.reply(to=method)


def bearer(house: House) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {house.alice.token}")]


def request(method: str, target: str, headers: Headers = (), body: bytes = b"", *, length: int | None = None) -> bytes:
    """A message; bodies have their length said, unless a header says otherwise."""
    lines = [f"{method} {target} HTTP/1.1"]
    named = {name.lower() for name, _ in headers}
    if "host" not in named:
        lines.append("Host: storage.example")
    if not named & {"content-length", "transfer-encoding"} and (body or method in {"PUT", "POST"} or length is not None):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def sign(
    pair: MintedPair, method: str, target: str, port: int, *, headers: Headers = (), body: bytes = b""
) -> list[tuple[str, str]]:
    """The headers of a request, signed over the canonical form of its target."""
    path, _, query = target.partition("?")
    canonical = quote_from_bytes(unquote_to_bytes(path), safe="/~")
    message = AWSRequest(method, f"http://127.0.0.1:{port}{canonical}{'?' if query else ''}{query}", data=body)
    for name, value in headers:
        message.headers[name] = value
    S3SigV4Auth(Credentials(*pair), "s3", "us-east-1").add_auth(message)
    return [("Host", f"127.0.0.1:{port}"), *message.headers.items()]
