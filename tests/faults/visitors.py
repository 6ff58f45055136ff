"""Clients of a whole stack who know what they were told, and hold it to that: each on keys of its own, over sockets."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from tests.acceptance.fronts import Front
from tests.factories.bodies import KIB, MIB

SIZES = (0, 10 * KIB, MIB, 20_000_000)
BOUND = 60.0
"""Seconds; no answer may take that long, whatever the store does."""

_PACE = 0.1
_NOISE = random.Random(1).randbytes(SIZES[-1])
Content: TypeAlias = tuple[int, int] | None
"""What a body is made from: its number and its size. None is no object."""


def made(content: Content) -> bytes:
    assert content
    number, size = content
    return (number.to_bytes(8, "big") + _NOISE)[:size]


@dataclass(frozen=True, slots=True)
class Told:
    """What came back, and whether the connection broke in the middle of it."""

    status: int
    headers: str
    body: bytes
    broke: bool


async def ask(front: Front, method: str, key: str, body: bytes = b"") -> Told:
    """One request on a connection of its own. The body goes as the other side takes it, and the answer may come before its end."""
    place = urlsplit(front.endpoint)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    headers = {"Host": place.netloc, **front.headers(method, key), "Content-Length": str(len(body))}
    lines = [f"{method} {front.path(key)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.write(body)
        return await _told(reader, bodiless=method == "HEAD")
    finally:
        writer.transport.abort()


async def _told(reader: asyncio.StreamReader, *, bodiless: bool) -> Told:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    status, body = int(head.split()[1]), bytearray()
    length = head.partition("\r\ncontent-length: ")[2].partition("\r\n")[0]
    left = 0 if bodiless or not length else int(length)
    with suppress(ConnectionError):
        while len(body) < left and (piece := await reader.read(MIB)):
            body += piece
        assert len(body) == left, "it ended as if that were all"
    return Told(status, head, bytes(body), broke=len(body) < left)


@dataclass
class Visitor:
    """Stores, reads and deletes, one after the other, for ever."""

    front: Front
    name: str
    chance: random.Random
    kept: dict[str, Content] = field(default_factory=dict)
    """What it was told to be so."""
    done: int = 0
    put_off: int = 0
    must_succeed: bool = False
    leaving: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    _number: int = 0

    async def live(self) -> None:
        while not self.leaving:
            async with asyncio.timeout(BOUND):
                strict = self.must_succeed
                succeeded = await self._step()
            assert succeeded or not (strict and self.must_succeed), "the store answers, and a request did not succeed"
            if succeeded:
                self.done += 1
            else:
                self.put_off += 1
                await asyncio.sleep(_PACE)  # who is asked to come again does not come at once
            self.moved.set()

    async def until(self, attribute: str, more: int) -> None:
        """So many more have been done, or put off."""
        wanted = getattr(self, attribute) + more
        while getattr(self, attribute) < wanted:
            self.moved.clear()
            await self.moved.wait()

    async def reads(self, key: str) -> bool:
        """Whether an object is there and as it should be, or is not there and should not be; False when it cannot be told."""
        told, content = await ask(self.front, "GET", key), self.kept.get(key)
        if told.status == 200:
            right = made(content)
            assert right.startswith(told.body) if told.broke else right == told.body
            return not told.broke
        return _succeeded(told, 404) and content is None

    async def _step(self) -> bool:
        self._number += 1
        size = self.chance.choice(SIZES)
        key = f"{self.name}/{size}/{self.chance.randrange(3)}"
        match self.chance.choice(("put", "put", "get", "delete")):
            case "put":
                return await self._put(key, (self._number, size))
            case "delete":
                return await self._delete(key)
            case _:
                return await self.reads(key)

    async def _put(self, key: str, content: Content) -> bool:
        stored = _succeeded(await ask(self.front, "PUT", key, made(content)), 200, 201)
        if stored:
            self.kept[key] = content
        return stored

    async def _delete(self, key: str) -> bool:
        told = await ask(self.front, "DELETE", key)
        deleted = _succeeded(told, 204, 404)
        if deleted:
            self.kept[key] = None
        return deleted


def _succeeded(told: Told, *statuses: int) -> bool:
    """A success, or else it asks to come again and says when."""
    assert not told.broke
    if told.status in statuses:
        return True
    assert told.status == 503, told
    assert "\r\nretry-after: " in told.headers, told
    return False


@dataclass
class Crowd:
    """All of them, and the tasks in which they live."""

    visitors: Sequence[Visitor]
    lives: Sequence["asyncio.Task[None]"]

    async def until(self, attribute: str, more: int, *, everybody: bool = True) -> None:
        """For each of them, or for somebody; nobody may have died of what he was told."""
        waiting = [asyncio.create_task(visitor.until(attribute, more)) for visitor in self.visitors]
        try:
            pending: set[asyncio.Task[None]] = set(waiting)
            while pending and (everybody or len(pending) == len(waiting)):
                done, _ = await asyncio.wait((*pending, *self.lives), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                pending -= done
        finally:
            for task in waiting:
                task.cancel()

    def expect_success(self, expected: bool) -> None:
        """Of everything that begins from now on."""
        for visitor in self.visitors:
            visitor.must_succeed = expected

    async def leave(self) -> None:
        """Everybody finishes what he is at: what comes of it is known."""
        for visitor in self.visitors:
            visitor.leaving = True
        await asyncio.gather(*self.lives)


@asynccontextmanager
async def visiting(fronts: Iterable[Front], each: int) -> AsyncIterator[Crowd]:
    named = [(front, f"{front.name}-{number}") for front in fronts for number in range(each)]
    visitors = [Visitor(front, name, random.Random(name)) for front, name in named]
    crowd = Crowd(visitors, [asyncio.create_task(visitor.live()) for visitor in visitors])
    try:
        yield crowd
    finally:
        for life in crowd.lives:
            life.cancel()
        await asyncio.gather(*crowd.lives, return_exceptions=True)
