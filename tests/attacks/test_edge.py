"""Attacks by number: thousands of requests, chunks and readers, and bodies without end. Their rows are those of the catalogue."""

import asyncio
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

import pytest

from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Stored
from buckets.names import BlobId
from gateway.edge.body import Patience
from gateway.edge.connection import Bounds, Connection
from gateway.edge.settings import EdgeSettings
from gateway.ingest.digests import StreamChecksums
from tests.http.house import House, served
from tests.http.test_streams import FilmStore, grow
from tests.http.wire import Wire, ask, bearer, connected, request

MIB = 1 << 20


class Sockets:
    """What the connections of a house go through: how often and how much they read, how many requests wait, who has gone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.readings = self.read = self.waiting = 0
        self.gone = asyncio.Event()
        receive, lose = Connection.data_received, Connection.connection_lost

        def received(connection: Connection, data: bytes) -> None:
            receive(connection, data)
            self.readings += 1
            self.read += len(data)
            self.waiting = max(self.waiting, len(connection._messages))

        def lost(connection: Connection, error: BaseException | None) -> None:
            lose(connection, error)
            self.gone.set()

        monkeypatch.setattr(Connection, "data_received", received)
        monkeypatch.setattr(Connection, "connection_lost", lost)


@pytest.fixture
async def sockets(monkeypatch: pytest.MonkeyPatch) -> Sockets:
    return Sockets(monkeypatch)


class CountingStore(MemoryBlobStore):
    """Counts the pieces of what it is given."""

    pieces = 0

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        return await super().put(blob, self._counted(body), size=size)

    async def _counted(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in body:
            self.pieces += 1
            yield piece


class Calls:
    """Counts what Python calls while it is entered."""

    count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _called(self, _frame: object, event: str, _argument: object) -> None:
        self.count += event in {"call", "c_call"}


def pause(wire: Wire) -> None:
    """Take nothing from the connection any more."""
    wire.writer.transport.pause_reading()  # type: ignore[attr-defined]


class TestRequests:
    async def test_13_ten_thousand_at_once_wait_in_a_short_queue(self, house: House, sockets: Sockets) -> None:
        for number in range(3):
            await ask(house, "PUT", f"/photos/{number}", body=str(number).encode())
        messages = [request("GET", f"/photos/{number}", bearer(house)) for number in range(3)]
        async with connected(house) as wire:
            sending = asyncio.create_task(wire.send(b"".join(messages[number % 3] for number in range(10_000))))
            for number in range(10_000):
                assert (await wire.reply()).body == str(number % 3).encode()
            await sending
        assert 1 < sockets.waiting <= 32

    async def test_12_a_header_that_was_begun_in_one_piece_with_a_request_has_no_more_time(self) -> None:
        async with served(House(settings=EdgeSettings(header_timeout=0.05, keepalive=3600.0))) as house, connected(house) as wire:
            await wire.send(request("GET", "/photos/none", bearer(house)) + b"GET /photos/no")
            assert (await wire.reply()).status == 404
            async with asyncio.timeout(1):
                assert await wire.is_closed()

    async def test_13_and_16_a_client_that_reads_no_answers_is_let_go(self, sockets: Sockets) -> None:
        async with served(House(patience=Patience(stall=0.05))) as house:
            piece = request("GET", "/photos/canary", bearer(house)) * 100_000
            async with connected(house) as wire:
                await wire.ask("PUT", "/photos/canary", body=b"canary")
                pause(wire)
                wire.writer.write(piece)
                async with asyncio.timeout(60):  # until every buffer on the way is full
                    await sockets.gone.wait()
                wire.writer.transport.abort()
            assert sockets.waiting <= 32
            assert sockets.read < len(piece)


class TestChunks:
    CHUNKED = ("Transfer-Encoding", "chunked")

    async def put(self, house: House, chunks: int) -> None:
        async with connected(house) as wire:
            await wire.send(request("PUT", "/v1/objects/photos/a", [*bearer(house), self.CHUNKED]))
            await wire.send(*[b"1\r\nx\r\n" * 1000] * (chunks // 1000), b"0\r\n\r\n")
            assert (await wire.reply()).status < 300

    async def test_15_a_million_chunks_of_a_byte_are_as_many_pieces_as_readings(self, sockets: Sockets) -> None:
        store = CountingStore()
        async with served(House(store=store, checksums=StreamChecksums())) as house:
            await self.put(house, 1_000_000)
            head = house.head("a")
            assert head
            assert head.content.size == 1_000_000
        assert store.pieces <= sockets.readings + 1

    async def test_15_twice_the_chunks_are_twice_the_work(self) -> None:
        async with served(House(checksums=StreamChecksums())) as house:
            await self.put(house, 1000)
            work = []
            for chunks in (20_000, 40_000, 80_000):
                with Calls() as calls:
                    await self.put(house, chunks)
                work.append(calls.count / chunks)
        assert max(work) < 1.5 * min(work)


async def stop_reading(wire: Wire, target: str) -> None:
    pause(wire)
    await wire.send(request("GET", target, bearer(wire.house)))


def watching(house: House) -> int:
    """How many blobs are open."""
    assert isinstance(house.store, FilmStore)
    return house.store.watching


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with served(House()) as house:
        yield house


@pytest.fixture
async def cinema() -> AsyncIterator[House]:
    """A house whose one object is five gigabytes of zeros."""
    async with served(House(store=FilmStore(), checksums=StreamChecksums(), patience=Patience(stall=0.2))) as house:
        assert (await ask(house, "PUT", "/photos/a", body=bytes(5 << 18))).status == 200
        grow(house, 5 << 30)
        yield house


class TestReaders:
    @pytest.mark.parametrize("target", ["/photos/a", "/v1/objects/photos/a"])
    async def test_16_readers_that_stop_are_reset_and_hold_little(self, target: str, cinema: House) -> None:
        readers = 20
        tracemalloc.start()
        try:
            async with AsyncExitStack() as stack:
                for _ in range(readers):
                    await stop_reading(await stack.enter_async_context(connected(cinema)), target)
                await cinema.over(1 + readers)
                peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert [line["status"] for line in cinema.lines[1:]] == ["reset"] * readers
        assert peak < readers * 2 * MIB
        assert watching(cinema) == 0

    async def test_16_a_thousand_readers_that_leave_midway_leave_nothing_open(self, cinema: House) -> None:
        for number in range(1000):
            async with connected(cinema) as wire:
                await wire.send(request("GET", "/photos/a", bearer(cinema)))
                await wire.reader.readexactly(1000)
                wire.writer.transport.abort()
            await cinema.over(2 + number)
            assert watching(cinema) == 0


@pytest.mark.parametrize("target", ["/nowhere/a", "/v1/objects/nowhere/a"])
async def test_18_a_body_that_is_refused_is_not_read_to_its_end(
    target: str, monkeypatch: pytest.MonkeyPatch, sockets: Sockets
) -> None:
    """It is read for some seconds, so that the client has time to see the answer; here they are few."""
    monkeypatch.setattr("gateway.serve.Bounds", partial(Bounds, lingering_time=0.02))
    async with served(House()) as house, connected(house) as wire:
        await wire.send(request("PUT", target, bearer(house), length=5 << 30))
        assert (await wire.reply()).status == 404
        with pytest.raises(ConnectionError):
            await wire.send(*[bytes(MIB)] * 5000)
        assert sockets.read < 5 << 30
