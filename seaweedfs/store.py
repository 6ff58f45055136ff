"""The store over SeaweedFS's S3 gateway: blobs as objects, long ones in pieces. `locator.py` says under which names."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager

from buckets.errors import BlobCorrupt, StoreUnavailable
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import Ids
from seaweedfs.admin import Admin
from seaweedfs.bucket import Bucket
from seaweedfs.locator import FAN_OUT, Locator, base_of, is_name_of
from seaweedfs.outgoing import ENOUGH, Counted, Outgoing, outgoing
from seaweedfs.piece_room import PieceRoom, Share
from seaweedfs.reading import Chain, Reading
from seaweedfs.side_by_side import side_by_side
from seaweedfs.writing import PAUSES, PieceWriter, Writing, cut

_PROBE = "probe"
_KEEP = "keep"
"""An object in each directory: SeaweedFS removes those that are empty, and who makes one again meets that."""

_TIDYING = 2.0
"""Seconds that a put which failed waits for its own traces to go; what takes longer goes on without it."""


class SeaweedBlobStore:
    """Blobs in one bucket of a SeaweedFS. `prepare` comes first."""

    def __init__(
        self, bucket: Bucket, admin: Admin, ids: Ids, *, room: PieceRoom, patience: float, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._bucket = bucket
        self._admin = admin
        self._ids = ids
        self._room = room
        self._patience = patience
        self._pauses = pauses
        self._tidying: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Make the bucket, and the directories that never go."""
        await self._admin.make_bucket()
        await side_by_side(self._bucket.keep, [f"{directory}/{_KEEP}" for directory in (*FAN_OUT, _PROBE)])

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        writing = Writing(self._bucket.put, self._bucket.delete)
        counted = Counted(body, size)
        try:
            if size is None or size > self._room.largest:
                locator, md5 = await self._put_pieces(writing, base_of(blob), counted)
            else:
                locator, md5 = base_of(blob), await self._put_whole(writing, base_of(blob), counted, size)
        except BaseException:
            await self._undo(writing)
            raise
        return Stored(locator=locator, size=counted.received, md5=md5)

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        """Of a blob in pieces, a delete leaves a reader only the piece that it has begun."""
        found = Locator.parse(locator)
        if not span.length and span.offset > await self.stat(locator):
            raise BlobCorrupt(locator)
        parts = found.parts(span) if span.length else ()
        chain = Chain([Reading(self._bucket, name, part) for name, part in parts])
        try:
            await chain.begin()
            async with aclosing(chain.chunks()) as chunks:
                yield chunks
        finally:
            await chain.close()

    async def stat(self, locator: str) -> int:
        return Locator.parse(locator).size(await self._bucket.size(locator))

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        """What makes a blob of pieces goes first: of half a delete no blob is left, and the next removes the rest."""
        crowns, trunks = list[str](), list[str]()

        async def find(base: str) -> None:
            crowns.append(base)
            for name in await self._bucket.names(base):
                if is_name_of(base, name):
                    (crowns if Locator.find(name) else trunks).append(name)

        given = list(blobs)
        for found in [Locator.parse(locator) for _, locator in given if locator]:
            crowns += found.crowns()
            trunks += found.trunk()
        await side_by_side(find, [base_of(blob) for blob, locator in given if not locator])
        await self._bucket.delete(crowns)
        await self._bucket.delete(trunks)

    async def walk(self) -> AsyncIterator[Stored]:
        """Where the last piece of a blob was repeated, the name that it was given last counts; it is listed last."""
        found: tuple[Locator, Stored] | None = None
        async for each in self._admin.objects():
            if locator := Locator.find(each.locator):
                if found and found[0].base != locator.base:
                    yield found[1]
                found = locator, Stored(locator=each.locator, size=locator.size(each.size))
        if found:
            yield found[1]

    async def check(self) -> None:
        name, word = f"{_PROBE}/{self._ids.uuid7()}", b"seawall"
        await self._bucket.put(name, len(word), word)
        try:
            if await self._read(name, len(word)) != word:
                raise StoreUnavailable("it gave back something else than it was given")
        finally:
            await self._bucket.delete([name])

    async def close(self) -> None:
        """Wait for what failed puts have left to do."""
        if self._tidying:
            await asyncio.wait(self._tidying)

    async def _read(self, name: str, size: int) -> bytes:
        reading = Reading(self._bucket, name, Span(0, size))
        await reading.begin()
        try:
            return await reading.chunk()
        finally:
            reading.close()

    async def _put_whole(self, writing: Writing, name: str, body: Counted, size: int) -> bytes:
        if size > ENOUGH:
            return await self._sent(writing, name, size, Outgoing(body, patience=self._patience))
        return await self._sent(writing, name, size, b"".join([chunk async for chunk in body]))

    async def _put_pieces(self, writing: Writing, base: str, body: Counted) -> tuple[str, bytes | None]:
        async with self._room.share() as share, aclosing(cut(body, share.size)) as pieces:
            first = await anext(pieces)
            if first.last:
                content = outgoing(first.content, patience=self._patience)
                return base, await self._sent(writing, base, len(first.content), content, share)
            writer = PieceWriter(writing, base, share, patience=self._patience, pauses=self._pauses)
            await writer.add(first)
            del first  # 8 MiB that would be held while the next are filled, and so would each below
            async for piece in pieces:
                await writer.add(piece)
                del piece
            return str(await writer.finish()), None

    async def _sent(self, writing: Writing, name: str, size: int, body: bytes | Outgoing, share: Share | None = None) -> bytes:
        task = writing.begin(writing.store(name, size, body), body if isinstance(body, Outgoing) else None)
        if share:
            share.send(task)
        return await asyncio.shield(task)

    async def _undo(self, writing: Writing) -> None:
        writing.give_up()
        if not writing.is_clean:
            task = asyncio.create_task(writing.undo())
            self._tidying.add(task)
            task.add_done_callback(self._tidying.discard)
            await asyncio.wait((task,), timeout=_TIDYING)
