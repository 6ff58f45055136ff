"""Answers on their way out: an answer is whole or visibly broken, whatever the store or the reader does."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from buckets.errors import BlobCorrupt, BlobMissing, StoreBusy, StoreUnavailable
from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Span
from buckets.model.block import BLOCK
from gateway.edge.body import Patience
from gateway.ingest.digests import StreamChecksums
from tests.http.house import House, served
from tests.http.wire import Wire, ask, bearer, connected, request

FRONTS = ["/photos/a", "/v1/objects/photos/a"]
PIECE = 256 << 10
BODY = hashlib.shake_256(b"streams").digest(5 * PIECE)
"""Too large to be read whole before its first byte leaves."""


class MovieStore(MemoryBlobStore):
    """Gives its blobs in pieces, as they should be or not, and knows who is still watching."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes | Exception] = []
        self.watching = 0

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        self.watching += 1
        try:
            yield self._play()
        finally:
            self.watching -= 1

    async def _play(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


@pytest.fixture
def store() -> MovieStore:
    return MovieStore()


@pytest.fixture
async def cinema(store: MovieStore) -> AsyncIterator[House]:
    """A house with one object, whose store plays what it is given."""
    async with served(House(store=store, checksums=StreamChecksums(), patience=Patience(stall=0.1))) as house:
        assert (await ask(house, "PUT", "/photos/a", body=BODY)).status == 200
        yield house
        assert store.watching == 0


def whole(size: int = PIECE) -> list[bytes | Exception]:
    return [BODY[start : start + size] for start in range(0, len(BODY), size)]


async def is_reset(wire: Wire) -> bool:
    """Not an end: whatever came before, the connection broke."""
    with pytest.raises(ConnectionResetError):
        await wire.reply()
    return True


@pytest.mark.parametrize("target", FRONTS)
class TestStores:
    @pytest.mark.parametrize("size", [10_000, PIECE, len(BODY) - 1, len(BODY)])
    async def test_pieces_of_any_size_make_the_whole(self, size: int, target: str, cinema: House, store: MovieStore) -> None:
        store.pieces = [b"", *whole(size), b""]
        async with connected(cinema) as wire:
            for _ in range(2):
                assert (await wire.ask("GET", target)).body == BODY

    @pytest.mark.parametrize(
        ("fault", "statuses"),
        [
            (StoreUnavailable("gone"), (503, 503)),
            (StoreBusy(retry_after=7), (503, 503)),
            (BlobMissing("x"), (503, 503)),
            (BlobCorrupt("x"), (503, 503)),
            (OSError("foreign"), (500, 500)),
        ],
    )
    async def test_a_fault_before_the_first_byte_is_an_answer(
        self, fault: Exception, statuses: tuple[int, int], target: str, cinema: House, store: MovieStore
    ) -> None:
        store.pieces = [fault]
        async with connected(cinema) as wire:
            reply = await wire.ask("GET", target)
            assert reply.status == statuses[FRONTS.index(target)]
            assert reply.headers.get("retry-after") == ("7" if isinstance(fault, StoreBusy) else None)
            assert "etag" not in reply.headers
            store.pieces = whole()
            assert (await wire.ask("GET", target)).body == BODY

    @pytest.mark.parametrize("after", [1, 2, 4, 5])
    @pytest.mark.parametrize("fault", [BlobCorrupt("x"), StoreUnavailable("gone"), OSError("foreign"), TimeoutError()], ids=repr)
    async def test_a_fault_later_resets_the_connection(
        self, fault: Exception, after: int, target: str, cinema: House, store: MovieStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        """After the last byte as well: that is when a store finds that what it gave was not what it had."""
        store.pieces = [*whole()[:after], fault]
        async with connected(cinema) as wire:
            await wire.send(request("GET", target, bearer(cinema)))
            assert await is_reset(wire)
        await cinema.over(2)
        assert cinema.lines[1]["status"] == "reset"
        told = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert [record.name for record in told] == ["gateway.edge.conversation"]
        assert told[0].exc_info

    @pytest.mark.parametrize(
        "pieces",
        [whole()[:-1], [*whole()[:-1], BODY[-PIECE:-1]], [*whole(), b"x"]],
        ids=["less", "a byte", "more"],
    )
    async def test_other_bytes_than_promised_reset_the_connection(
        self, pieces: list[bytes | Exception], target: str, cinema: House, store: MovieStore
    ) -> None:
        store.pieces = pieces
        async with connected(cinema) as wire:
            await wire.send(request("GET", target, bearer(cinema)))
            assert await is_reset(wire)

    @pytest.mark.parametrize("pieces", [[], [BODY[:1]], [BODY + b"x"]], ids=["nothing", "one", "more at once"])
    async def test_other_bytes_than_promised_at_once_are_an_answer(
        self, pieces: list[bytes | Exception], target: str, cinema: House, store: MovieStore
    ) -> None:
        store.pieces = pieces
        assert (await ask(cinema, "GET", target)).status == 503

    async def test_head_asks_no_store(self, target: str, cinema: House, store: MovieStore) -> None:
        store.pieces = [BlobMissing("x")]
        assert (await ask(cinema, "HEAD", target)).status == 200


class FilmStore(MovieStore):
    """Plays the same piece until everything that was promised has been given."""

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        self.pieces = [bytes(BLOCK)] * (span.length // BLOCK)
        async with super().open(locator, span) as chunks:
            yield chunks


def grow(house: House, size: int) -> None:
    """Let the object be zeros, and much larger than anything a test would want to store."""
    head = house.head("a")
    assert head
    assert head.first
    blob, zeros = house.catalog.blobs[head.first.blob], bytes.fromhex("72c0c4a4")
    house.catalog.blobs[blob.id] = replace(blob, size=size, sums=zeros * (size // BLOCK))
    grown = replace(head, content=replace(head.content, size=size), first=replace(head.first, span=Span(0, size)))
    house.catalog.versions[head.version].head = grown


class TestReaders:
    @pytest.fixture
    def store(self) -> MovieStore:
        return FilmStore()

    async def test_a_reader_that_stops_reading_is_reset(self, cinema: House, caplog: pytest.LogCaptureFixture) -> None:
        """16"""
        grow(cinema, 5 << 30)
        async with connected(cinema) as wire:
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await wire.send(request("GET", "/photos/a", bearer(cinema)))
            await cinema.over(2)
            assert cinema.lines[1]["status"] == "reset"
            assert cinema.lines[1]["sent"] < 64 << 20
            wire.writer.transport.resume_reading()  # type: ignore[attr-defined]
            with pytest.raises(ConnectionResetError):
                await wire.rest()
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    async def test_readers_that_leave_midway_leave_nothing_open(self, cinema: House, store: MovieStore) -> None:
        grow(cinema, 1 << 30)
        for _ in range(20):
            async with connected(cinema) as wire:
                await wire.send(request("GET", "/photos/a", bearer(cinema)))
                await wire.reader.readexactly(100_000)
                assert store.watching == 1
            await cinema.over(len(cinema.lines) + store.watching)
        assert store.watching == 0

    async def test_a_reader_takes_its_time_and_everything(self, cinema: House) -> None:
        size = 32 << 20
        grow(cinema, size)
        async with connected(cinema) as wire:
            await wire.send(request("GET", "/photos/a", bearer(cinema)))
            head = await wire.reader.readuntil(b"\r\n\r\n")
            assert f"content-length: {size}".encode() in head.lower()
            while size:
                taken = await wire.reader.read(1 << 20)
                assert taken
                size -= len(taken)
                await asyncio.sleep(0)
