"""What is wrapped around a store keeps the promises of a store, over each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from buckets.errors import BlobCorrupt, BlobMissing, ClientGone, StoreBusy
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.meter import MemoryMeter
from buckets.model.blob import Span
from buckets.ports import BlobStore
from gateway.system import SystemClock
from seaweedfs.disk import DiskBlobStore
from seaweedfs.gate import Gate
from seaweedfs.limited import LimitedBlobStore
from seaweedfs.metered import BYTES, FAULTS, SECONDS, UNDER_WAY, MeteredBlobStore
from tests.factories.bodies import KIB, MIB, broken, noise, stalled
from tests.factories.disk import BLOB, prepared
from tests.fixtures.weed import WeedServer, emptied, store_over
from tests.suites.blob_store import BlobStoreSuite, cancelled, fresh, listed, put, read, read_whole

ROOMY = {"puts": 64, "opens": 64}


def limited(store: BlobStore, *, queue: int = 100, **rooms: int) -> LimitedBlobStore:
    gates = {name: Gate(room=room, queue=queue, patience=5) for name, room in (ROOMY | rooms).items()}
    return LimitedBlobStore(store, **gates)


def metered(store: BlobStore, meter: MemoryMeter | None = None) -> MeteredBlobStore:
    return MeteredBlobStore(store, meter or MemoryMeter(), SystemClock())


class WrapperSuite(BlobStoreSuite):
    """The suite over each store, wrapped."""

    wrapped: Callable[[BlobStore], BlobStore]

    @pytest.fixture(params=["memory", "disk", "weed"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    async def store(self, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
        if kind == "memory":
            yield type(self).wrapped(MemoryBlobStore())
        elif kind == "disk":
            yield type(self).wrapped(await prepared(tmp_path / "blobs"))
        else:
            async with emptied(_weed(request).settings()) as store:
                yield type(self).wrapped(store)

    @pytest.fixture
    async def broken_store(self, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
        if kind == "memory":
            pytest.skip("memory is no medium that could fail")
        elif kind == "disk":
            yield type(self).wrapped(DiskBlobStore(tmp_path / "not-mounted"))
        else:
            async with store_over(_weed(request).settings(endpoints="http://127.0.0.1:9")) as store:
                yield type(self).wrapped(store)


def _weed(request: pytest.FixtureRequest) -> WeedServer:
    server: WeedServer = request.getfixturevalue("weed_server")
    return server


class TestLimited(WrapperSuite):
    wrapped = staticmethod(limited)


class TestMetered(WrapperSuite):
    wrapped = staticmethod(metered)


async def stalled_put(store: BlobStore, *chunks: bytes, size: int | None) -> "asyncio.Task[Any]":
    """A put that has drawn some chunks and goes no further."""
    reached = asyncio.Event()
    putting = asyncio.create_task(store.put(fresh(), stalled(*chunks, reached=reached), size=size))
    await reached.wait()
    return putting


async def test_puts_are_bounded_in_number() -> None:
    store = limited(MemoryBlobStore(), puts=2, queue=0)
    under_way = [await stalled_put(store, size=10) for _ in range(2)]
    with pytest.raises(StoreBusy):
        await put(store, b"x")
    for putting in under_way:
        await cancelled(putting)
    await put(store, b"x")


async def test_opens_are_bounded_until_they_are_closed() -> None:
    store = limited(MemoryBlobStore(), opens=1, queue=0)
    stored = await put(store, b"content")
    async with store.open(stored.locator, Span(0, 7)) as chunks:
        assert await anext(chunks) == b"content"
        with pytest.raises(StoreBusy):
            await read_whole(store, stored)
    assert await read_whole(store, stored) == b"content"


async def test_who_waits_gets_a_turn() -> None:
    store = limited(MemoryBlobStore(), puts=1, queue=1)
    first = await stalled_put(store, size=10)
    second = asyncio.create_task(put(store, b"second"))
    await asyncio.sleep(0)
    assert not second.done()
    await cancelled(first)
    assert (await second).size == 6


@pytest.mark.parametrize("size", [5, None])
async def test_a_put_that_fails_gives_its_room_back(size: int | None) -> None:
    store = limited(MemoryBlobStore(), puts=1, queue=0)
    for _ in range(3):
        with pytest.raises(ClientGone):
            await store.put(fresh(), broken(b"x", fault=ClientGone()), size=size)
    await put(store, b"x")


async def test_an_open_that_fails_gives_its_room_back() -> None:
    store = limited(MemoryBlobStore(), opens=1, queue=0)
    for _ in range(3):
        with pytest.raises(BlobMissing):
            await read(store, "memory/nothing", 0, 1)


async def test_work_is_timed_by_what_it_is() -> None:
    meter = MemoryMeter()
    store = metered(MemoryBlobStore(), meter)
    stored = await put(store, noise(100), blob=BLOB)
    await read_whole(store, stored)
    await store.stat(stored.locator)
    await store.check()
    await store.delete([(BLOB, None)])
    assert await listed(store) == []
    for operation in ("put", "open", "stat", "check", "delete"):
        assert len(meter.observed(SECONDS, operation=operation)) == 1
    assert len(meter.observed(SECONDS)) == 5
    assert meter.counted(FAULTS) == 0


async def test_bytes_are_counted_as_they_pass() -> None:
    meter = MemoryMeter()
    store = metered(MemoryBlobStore(), meter)
    stored = await put(store, noise(200 * KIB))
    assert (meter.counted(BYTES, direction="in"), meter.counted(BYTES, direction="out")) == (200 * KIB, 0)
    async with store.open(stored.locator, Span(0, stored.size)) as chunks:
        first = await anext(chunks)
    assert meter.counted(BYTES, direction="out") == len(first) < stored.size


async def test_what_is_under_way_can_be_seen() -> None:
    meter = MemoryMeter()
    store = metered(MemoryBlobStore(), meter)
    stored = await put(store, b"content")
    putting = await stalled_put(store, size=10)
    async with store.open(stored.locator, Span(0, 7)):
        assert (meter.gauged(UNDER_WAY, operation="put"), meter.gauged(UNDER_WAY, operation="open")) == (1, 1)
    await cancelled(putting)
    assert meter.gauged(UNDER_WAY) == 0


async def test_faults_of_the_store_are_counted_by_name() -> None:
    meter = MemoryMeter()
    store = metered(MemoryBlobStore(), meter)
    stored = await put(store, b"content", blob=BLOB)
    with pytest.raises(BlobCorrupt):
        await read(store, stored.locator, 0, 8)
    with pytest.raises(BlobMissing):
        await store.stat("memory/nothing")
    assert meter.counted(FAULTS, operation="open", fault="BlobCorrupt") == 1
    assert meter.counted(FAULTS, operation="stat", fault="BlobMissing") == 1
    assert meter.counted(FAULTS) == 2


async def test_a_fault_in_the_middle_of_a_read_is_counted(tmp_path: Path) -> None:
    meter = MemoryMeter()
    store = metered(await prepared(tmp_path), meter)
    stored = await put(store, noise(MIB))
    async with store.open(stored.locator, Span(0, stored.size)) as chunks:
        await anext(chunks)
        (tmp_path / stored.locator).write_bytes(b"")
        with pytest.raises(BlobCorrupt):
            _ = [chunk async for chunk in chunks]
    assert meter.counted(FAULTS, operation="read", fault="BlobCorrupt") == 1


@pytest.mark.parametrize("fault", [ClientGone(), ConnectionResetError()])
async def test_what_the_client_does_is_no_fault_of_the_store(fault: Exception) -> None:
    meter = MemoryMeter()
    with pytest.raises(type(fault)):
        await metered(MemoryBlobStore(), meter).put(fresh(), broken(fault=fault), size=None)
    assert meter.counted(FAULTS) == 0
