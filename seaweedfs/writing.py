"""One blob on its way in: what was sent for it, and what to take back when it does not get there."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from buckets.errors import StorageError, StoreBusy, StoreUnavailable
from seaweedfs.locator import MOST_PIECES, MOST_REPEATS, Locator, piece_name
from seaweedfs.outgoing import Outgoing, outgoing
from seaweedfs.piece_room import Share

T = TypeVar("T")
Put: TypeAlias = Callable[[str, int, bytes | Outgoing], Awaitable[bytes]]
"""Stores an object under a name, and tells its md5."""

Delete: TypeAlias = Callable[[Sequence[str]], Awaitable[None]]

_IN_FLIGHT = 2
PAUSES = (0.1, 0.4, 1.6)
"""Seconds before each repetition."""


class Writing:
    """The objects of one put. What was begun is cut short only while its body is drawn: what became of the rest gets known."""

    def __init__(self, put: Put, delete: Delete) -> None:
        self._put = put
        self._delete = delete
        self._running: dict[asyncio.Task[Any], Outgoing | None] = {}
        self._stored: list[str] = []
        self.given_up = False

    def begin(self, work: Coroutine[Any, Any, T], body: Outgoing | None = None) -> "asyncio.Task[T]":
        """Do something that a cancellation of the put does not cut, unless the body is not drawn to its end yet."""
        task = asyncio.create_task(work)
        self._running[task] = body
        task.add_done_callback(self._ended)
        return task

    async def store(self, name: str, size: int, body: bytes | Outgoing) -> bytes:
        md5 = await self._put(name, size, body)
        self._stored.append(name)
        return md5

    @property
    def is_clean(self) -> bool:
        return not self._running and not self._stored

    def give_up(self) -> None:
        """Draw nothing more, and repeat nothing."""
        self.given_up = True
        for task, body in self._running.items():
            if body is not None and not body.whole:
                task.cancel()

    async def undo(self) -> None:
        """Wait for what is under way, and remove what is known to be ours. What nobody knows of is left to the sweep."""
        if self._running:
            await asyncio.wait(self._running)
        if self._stored:
            with suppress(StorageError):
                await self._delete(self._stored)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """Whoever wants to know has the task; nobody complains when nobody does."""
        del self._running[task]
        if not task.cancelled():
            task.exception()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a body, held in memory."""

    number: int
    content: bytearray
    last: bool


async def cut(body: AsyncIterator[bytes], size: int) -> AsyncGenerator[Piece, None]:
    """A body in pieces of one size, the last of them smaller. None is given out before it is known whether it is the last."""
    content, number = bytearray(), 0
    async for chunk in body:
        rest = memoryview(chunk)
        while rest:
            if len(content) == size:
                yield Piece(number, content, last=False)
                content, number = bytearray(), number + 1
            room = size - len(content)
            content += rest[:room]
            rest = rest[room:]
    yield Piece(number, content, last=True)


class PieceWriter:
    """Stores a body in pieces, two in flight if there is room. One that fails is repeated under another name, a few times in all.

    The first piece is stored before any other: of several puts to one name it lets one go on.
    """

    def __init__(self, writing: Writing, base: str, share: Share, *, patience: float, pauses: Sequence[float] = PAUSES) -> None:
        self._writing = writing
        self._base = base
        self._share = share
        self._patience = patience
        self._pauses = list(pauses[:MOST_REPEATS])
        self._repeated: list[int] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._last = 0

    async def add(self, piece: Piece) -> None:
        """Begin with the next piece, and return when another can be filled. The last of them comes after all others."""
        if piece.number >= MOST_PIECES:
            raise StoreUnavailable("it is longer than anything that can be stored in pieces of this size")
        await self._until_under_way(0 if piece.last or piece.number == 1 else _IN_FLIGHT - 1)
        self._last = piece.number
        storing = self._writing.begin(self._store(piece))
        self._under_way.add(storing)
        self._share.send(storing)
        await self._share.room_to_fill()

    async def finish(self) -> Locator:
        """Where the body lies, now that the last piece of it is stored."""
        await self._until_under_way(0)
        return self._locator()

    async def _until_under_way(self, most: int) -> None:
        while len(self._under_way) > most:
            done, self._under_way = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _store(self, piece: Piece) -> None:
        hashing = asyncio.create_task(asyncio.to_thread(_md5, piece.content))
        while (stored := await self._stored(piece)) is None:
            self._repeated.append(piece.number)
            await asyncio.sleep(self._pauses.pop(0))
        if stored != await hashing:
            raise StoreUnavailable("it stored something else than it was given")

    async def _stored(self, piece: Piece) -> bytes | None:
        """The md5 of what was stored, or nothing when it can be tried once more."""
        name = str(self._locator()) if piece.last else piece_name(self._base, piece.number, self._repeated.count(piece.number))
        try:
            return await self._writing.store(name, len(piece.content), outgoing(piece.content, patience=self._patience))
        except StoreBusy:
            if self._writing.given_up or not self._pauses:
                raise
            return None

    def _locator(self) -> Locator:
        """As far as it is known: wholly when the last piece is."""
        return Locator(base=self._base, pieces=self._last + 1, power=self._share.power, repeated=tuple(sorted(self._repeated)))


def _md5(content: bytearray) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()
