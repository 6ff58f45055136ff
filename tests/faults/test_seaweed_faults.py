"""The store over a real SeaweedFS whose answers are lost, cut or altered, which hangs, and which is killed."""

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator, Iterator
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import pytest

from buckets.errors import BlobCorrupt, Busy, StoreBusy, StoreUnavailable
from buckets.model.blob import Span, Stored
from seaweedfs.store import SeaweedBlobStore
from tests.factories.bodies import KIB, MIB, noise, stalled
from tests.factories.disk import BLOB
from tests.faults.meddler import Fault, Meddler, meddling, renamed
from tests.fixtures.weed import WeedServer, emptied, objects, store_over, weed_over
from tests.suites.blob_store import fresh, listed, put, read_whole

PIECE = 256 * KIB
NAME = f"ab/{BLOB}"
IMPATIENT = {"connect_timeout": 1.0, "timeout": 1.0}
BOUND = 60


@pytest.fixture
async def meddler(weed_server: WeedServer) -> AsyncIterator[Meddler]:
    async with meddling(weed_server.weed.endpoint) as meddler:
        yield meddler


@pytest.fixture
async def store(weed_server: WeedServer, meddler: Meddler) -> AsyncIterator[SeaweedBlobStore]:
    through = weed_server.settings(endpoints=meddler.url, piece_bytes=PIECE, **IMPATIENT)
    async with emptied(weed_server.settings()), store_over(through) as store:
        yield store


@pytest.mark.parametrize("at", [1, 1000, PIECE - 1])
async def test_a_read_that_is_cut_goes_on_where_it_ended(store: SeaweedBlobStore, meddler: Meddler, at: int) -> None:
    stored = await put(store, noise(PIECE))
    meddler.arm("GET", Fault(passes=at), times=2)
    assert await read_whole(store, stored) == noise(PIECE)
    assert not meddler.armed


@pytest.mark.parametrize("at", [1, 1000, PIECE // 4])
async def test_a_read_that_is_cut_again_and_again_is_no_clean_end(store: SeaweedBlobStore, meddler: Meddler, at: int) -> None:
    stored = await put(store, noise(PIECE))
    meddler.arm("GET", Fault(passes=at), times=3)
    with pytest.raises(StoreBusy):
        await read_whole(store, stored)


@pytest.mark.parametrize("piece", [0, 1, 2])
async def test_a_read_that_is_cut_in_any_piece_goes_on(store: SeaweedBlobStore, meddler: Meddler, piece: int) -> None:
    stored = await put(store, noise(3 * PIECE))
    meddler.arm(rf"GET .*\.{piece if piece < 2 else '3i'}$", Fault(passes=5000))
    assert await read_whole(store, stored) == noise(3 * PIECE)
    assert not meddler.armed


SHORT = renamed(rb"Content-Length: 1000\r", rb"Content-Length: 990\r")
ELSEWHERE = renamed(rb"206 Partial Content", rb"307 Temporary Redirect\r\nLocation: /blobs/ab/keep")
OTHER_ANSWERS = {
    "fewer bytes": (SHORT, 10, BlobCorrupt),
    "fewer bytes, and says so": (lambda head: SHORT(renamed(rb"0-999/1000", rb"0-989/990")(head)), 10, BlobCorrupt),
    "all of them, for a range": (renamed(rb"206 Partial Content", rb"200 OK"), 0, StoreUnavailable),
    "another range": (renamed(rb"0-999/1000", rb"1-1000/1001"), 0, StoreUnavailable),
    "no range": (renamed(rb"Content-Range", rb"X-Range"), 0, StoreUnavailable),
    "go elsewhere": (ELSEWHERE, 0, StoreUnavailable),
}


@pytest.mark.parametrize("answer", OTHER_ANSWERS)
async def test_another_answer_than_was_asked_for_is_none(store: SeaweedBlobStore, meddler: Meddler, answer: str) -> None:
    stored = await put(store, noise(1000))
    head, drops, expected = OTHER_ANSWERS[answer]
    meddler.arm("GET", Fault(head=head, drops=drops))
    with pytest.raises(expected):
        await read_whole(store, stored)
    assert not meddler.armed
    assert await read_whole(store, stored) == noise(1000)


@pytest.mark.parametrize("size", [10, 100 * KIB])
async def test_a_hash_of_something_else_is_told_as_it_is(store: SeaweedBlobStore, meddler: Meddler, size: int) -> None:
    meddler.arm("PUT", Fault(head=renamed(rb'ETag: "[0-9a-f]{32}"', b'ETag: "%s"' % (b"ab" * 16))))
    stored = await put(store, noise(size))
    assert stored.md5 == b"\xab" * 16 != hashlib.md5(noise(size)).digest()


@pytest.mark.parametrize("said", [b"", b"ETag: abc\r\n", b'ETag: "%s-2"\r\n' % (b"ab" * 16)])
async def test_a_put_that_does_not_say_what_it_stored_has_failed(store: SeaweedBlobStore, meddler: Meddler, said: bytes) -> None:
    meddler.arm("PUT", Fault(head=renamed(rb'ETag: "[0-9a-f]{32}"\r\n', said)))
    with pytest.raises(StoreUnavailable):
        await put(store, noise(1000))


LATE_OR_NEVER = {"lost": Fault(passes=0), "held": Fault(held=True)}


@pytest.mark.parametrize("size", [0, 10, 100 * KIB])
@pytest.mark.parametrize("fate", LATE_OR_NEVER)
async def test_a_put_whose_answer_does_not_come_is_busy(store: SeaweedBlobStore, meddler: Meddler, size: int, fate: str) -> None:
    meddler.arm("PUT", LATE_OR_NEVER[fate])
    meddler.seen.clear()
    with pytest.raises(StoreBusy):
        await put(store, noise(size), blob=BLOB)
    assert meddler.seen == [f"PUT /blobs/{NAME}"]
    await store.delete([(BLOB, None)])
    assert await objects(store) == []


@pytest.mark.parametrize("size", [100 * KIB, PIECE])
async def test_a_body_that_nobody_has_asked_for_is_not_drawn(store: SeaweedBlobStore, meddler: Meddler, size: int) -> None:
    meddler.arm("PUT", Fault(arrives=False), times=2)
    drawn = asyncio.Event()
    with pytest.raises(StoreBusy):
        await store.put(BLOB, stalled(reached=drawn), size=size)
    assert not drawn.is_set()


async def test_a_server_that_gives_up_on_a_body_lets_go_of_it(store: SeaweedBlobStore, meddler: Meddler) -> None:
    meddler.arm("PUT", Fault(early=True))
    chunks = stalled(noise(70 * KIB), noise(70 * KIB), reached=asyncio.Event())
    with pytest.raises(StoreBusy):
        await store.put(BLOB, chunks, size=200 * KIB)
    with pytest.raises(StopAsyncIteration):
        await anext(chunks)


@pytest.mark.parametrize("fate", LATE_OR_NEVER)
@pytest.mark.parametrize("piece", ["0", "1", "3i"])
async def test_a_piece_that_fails_is_repeated_under_another_name(
    store: SeaweedBlobStore, meddler: Meddler, piece: str, fate: str
) -> None:
    meddler.arm(rf"PUT .*\.{piece}$", LATE_OR_NEVER[fate])
    stored = await put(store, noise(3 * PIECE), blob=BLOB)
    assert stored.locator == f"{NAME}.3i-{piece.replace('3i', '2')}"
    assert meddler.seen[-1] == f"PUT /blobs/{stored.locator}", "the last piece comes after all others"
    assert await read_whole(store, stored) == noise(3 * PIECE)
    assert await listed(store) == [stored.locator]
    await store.delete([(BLOB, stored.locator)])
    assert await objects(store) == []


async def test_pieces_are_repeated_only_so_often(store: SeaweedBlobStore, meddler: Meddler) -> None:
    meddler.arm("PUT", Fault(passes=0), times=3)
    stored = await put(store, noise(3 * PIECE), blob=BLOB)
    assert stored.locator == f"{NAME}.3i-0-0-0"
    assert await read_whole(store, stored) == noise(3 * PIECE)
    meddler.arm("PUT", Fault(passes=0), times=4)
    with pytest.raises(StoreBusy):
        await put(store, noise(3 * PIECE))
    assert await listed(store) == [stored.locator]


async def test_a_put_in_pieces_that_fails_takes_back_what_it_stored(store: SeaweedBlobStore, meddler: Meddler) -> None:
    meddler.arm(r"PUT .*\.[23]", Fault(arrives=False), times=20)
    with pytest.raises(StoreBusy):
        await put(store, noise(5 * PIECE))
    assert await objects(store) == []


FAILING = Fault(head=renamed(rb"HTTP/1.1 [0-9]{3} [A-Za-z ]+", rb"HTTP/1.1 503 Service Unavailable"))


@pytest.mark.parametrize("verb", ["open", "stat", "delete", "put", "put_large"])
async def test_an_answer_that_says_failure_is_busy_and_leaves_no_place_taken(
    weed_server: WeedServer, meddler: Meddler, verb: str
) -> None:
    narrow = weed_server.settings(endpoints=meddler.url, connections=1, queue=0)
    async with emptied(weed_server.settings()), store_over(narrow) as store:
        stored = await put(store, b"content", blob=BLOB)
        uses: dict[str, Any] = {
            "open": lambda: read_whole(store, stored),
            "stat": lambda: store.stat(stored.locator),
            "delete": lambda: store.delete([(BLOB, stored.locator)]),
            "put": lambda: put(store, b"x"),
            "put_large": lambda: put(store, noise(100 * KIB)),
        }
        for _ in range(3):
            meddler.arm("", FAILING)
            with pytest.raises(StoreBusy):
                await uses[verb]()
        assert not meddler.armed
        assert (await put(store, b"x")).size == 1


async def test_a_read_goes_on_to_an_endpoint_that_does_not_fail(weed_server: WeedServer, meddler: Meddler) -> None:
    both = f"{meddler.url},{weed_server.weed.endpoint}"
    async with emptied(weed_server.settings()), store_over(weed_server.settings(endpoints=both)) as store:
        stored = await put(store, b"content")
        meddler.arm("", FAILING, times=100)
        for _ in range(4):
            assert await read_whole(store, stored) == b"content"
            assert await store.stat(stored.locator) == 7
            assert await listed(store) == [stored.locator]


async def test_a_name_in_use_is_told_also_while_the_body_waits(store: SeaweedBlobStore, meddler: Meddler) -> None:
    await put(store, noise(100 * KIB), blob=BLOB)
    drawn = asyncio.Event()
    with pytest.raises(StoreUnavailable, match="in use"):
        await store.put(BLOB, stalled(noise(100 * KIB), reached=drawn), size=200 * KIB)
    assert not drawn.is_set()


async def test_a_slow_body_tires_nobody(store: SeaweedBlobStore) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield noise(70 * KIB)
        await asyncio.sleep(2 * IMPATIENT["timeout"])
        yield noise(70 * KIB)

    stored = await store.put(fresh(), slow(), size=140 * KIB)
    assert await read_whole(store, stored) == 2 * noise(70 * KIB)


async def test_a_slow_reader_tires_nobody(store: SeaweedBlobStore, weed_server: WeedServer) -> None:
    async with store_over(weed_server.settings(**IMPATIENT)) as store:
        stored = await put(store, noise(7 * MIB))
        received = bytearray()
        async for chunk in _chunks(store, stored):
            if not received:
                await asyncio.sleep(2 * IMPATIENT["timeout"])
            received += chunk
        assert received == noise(7 * MIB)
        await store.delete([(fresh(), stored.locator)])


@pytest.mark.parametrize("verb", ["open", "stat", "delete", "walk", "check", "put", "put_large"])
async def test_whatever_is_held_is_busy_in_time(store: SeaweedBlobStore, meddler: Meddler, verb: str) -> None:
    stored = await put(store, b"content", blob=BLOB)
    uses: dict[str, Any] = {
        "open": lambda: read_whole(store, stored),
        "stat": lambda: store.stat(stored.locator),
        "delete": lambda: store.delete([(BLOB, stored.locator)]),
        "walk": lambda: listed(store),
        "check": store.check,
        "put": lambda: put(store, b"x"),
        "put_large": lambda: put(store, noise(100 * KIB)),
    }
    meddler.arm("", Fault(held=True), times=2)
    async with asyncio.timeout(BOUND):
        with pytest.raises(StoreBusy) as fault:
            await uses[verb]()
    assert isinstance(fault.value, Busy)
    assert type(fault.value) is StoreBusy


async def test_who_finds_no_place_at_the_endpoint_is_sent_away_at_once(weed_server: WeedServer) -> None:
    narrow = weed_server.settings(connections=1, queue=0)
    async with emptied(weed_server.settings()), store_over(narrow) as store:
        stored = await put(store, noise(MIB))
        async with store.open(stored.locator, Span(0, MIB)):
            with pytest.raises(StoreBusy):
                await put(store, b"x")
            with pytest.raises(StoreBusy):
                await read_whole(store, stored)
        assert await read_whole(store, stored) == noise(MIB)


@pytest.mark.parametrize("size", [10, 100 * KIB, 3 * PIECE])
async def test_an_endpoint_that_is_down_is_passed_over(weed_server: WeedServer, size: int) -> None:
    both = f"http://127.0.0.1:9,{weed_server.weed.endpoint}"
    async with emptied(weed_server.settings(endpoints=both, piece_bytes=PIECE)) as store:
        for _ in range(4):
            stored = await put(store, noise(size))
            assert await read_whole(store, stored) == noise(size)
            assert await store.stat(stored.locator) == size
            assert await listed(store) == [stored.locator]
            await store.check()
            await store.delete([(fresh(), stored.locator)])


async def test_an_endpoint_that_hangs_costs_a_body_nothing_and_is_put_aside(weed_server: WeedServer, meddler: Meddler) -> None:
    both = f"{weed_server.weed.endpoint},{meddler.url}"
    async with emptied(weed_server.settings(endpoints=both, piece_bytes=PIECE, **IMPATIENT)) as store:
        meddler.arm("", Fault(arrives=False, held=True), times=100)
        meddler.seen.clear()
        stored = [await put(store, noise(PIECE)) for _ in range(6)]
        assert [await read_whole(store, each) for each in stored] == [noise(PIECE)] * 6
    assert 1 <= len(meddler.seen) <= 2


async def test_what_the_environment_says_of_proxies_and_profiles_is_not_for_us(
    weed_server: WeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name, value in {"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": "/nowhere", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    async with emptied(weed_server.settings()) as store:
        await store.prepare()
        stored = await put(store, b"content")
        assert await listed(store) == [stored.locator]


@pytest.fixture(scope="module")
def mortal_weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeedServer]:
    """One to kill and to stop, with nobody else on it."""
    server = weed_over(tmp_path_factory.mktemp("mortal"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def mortal(mortal_weed: WeedServer) -> AsyncIterator[SeaweedBlobStore]:
    async with emptied(mortal_weed.settings(piece_bytes=PIECE, **IMPATIENT)) as store:
        yield store


async def test_what_was_acknowledged_survives_a_kill(mortal: SeaweedBlobStore, mortal_weed: WeedServer) -> None:
    acknowledged: dict[str, Stored] = {}
    many = asyncio.Event()

    async def write_for_ever() -> None:
        while True:
            content = os.urandom(random.choice((10, 10_000, 100_000, 2 * PIECE + 1)))
            acknowledged[hashlib.md5(content).hexdigest()] = await put(mortal, content)
            if len(acknowledged) > 100:
                many.set()

    async with asyncio.timeout(BOUND):
        writers = [asyncio.create_task(write_for_ever()) for _ in range(16)]
        await many.wait()
        await killed(mortal_weed)
        outcomes = await asyncio.gather(*writers, return_exceptions=True)
        await mortal_weed.restart()
    assert [type(outcome) for outcome in outcomes] == [StoreBusy] * 16
    assert {hashlib.md5(await read_whole(mortal, stored)).hexdigest() for stored in acknowledged.values()} == acknowledged.keys()
    assert {stored.locator for stored in acknowledged.values()} <= set(await listed(mortal))
    assert await read_whole(mortal, await put(mortal, noise(2 * PIECE + 1))) == noise(2 * PIECE + 1)


async def test_a_server_that_stands_still_is_busy_and_serves_again(mortal: SeaweedBlobStore, mortal_weed: WeedServer) -> None:
    stored = await put(mortal, noise(2 * PIECE + 1))
    assert mortal_weed.pid
    os.kill(mortal_weed.pid, SIGSTOP)
    try:
        async with asyncio.timeout(BOUND):
            puts = [put(mortal, noise(size)) for size in (1, PIECE, 3 * PIECE)]
            outcomes = await asyncio.gather(*puts, read_whole(mortal, stored), mortal.check(), return_exceptions=True)
    finally:
        os.kill(mortal_weed.pid, SIGCONT)
    assert [type(outcome) for outcome in outcomes] == [StoreBusy] * 5
    assert await read_whole(mortal, stored) == noise(2 * PIECE + 1)
    assert await read_whole(mortal, await put(mortal, noise(PIECE))) == noise(PIECE)


async def test_a_server_that_dies_under_a_read_ends_it_with_an_error(mortal: SeaweedBlobStore, mortal_weed: WeedServer) -> None:
    stored = await put(mortal, noise(40 * PIECE))
    async with mortal.open(stored.locator, Span(0, stored.size)) as chunks:
        assert await anext(chunks)
        await killed(mortal_weed)
        with pytest.raises(StoreBusy):
            await drained(chunks)
    async with asyncio.timeout(BOUND):
        await mortal_weed.restart()
    assert await read_whole(mortal, stored) == noise(40 * PIECE)


async def killed(weed: WeedServer) -> None:
    assert weed.pid
    os.kill(weed.pid, SIGKILL)
    await weed.ended()


async def drained(chunks: AsyncIterator[bytes]) -> int:
    return sum([len(chunk) async for chunk in chunks])


async def _chunks(store: SeaweedBlobStore, stored: Stored) -> AsyncIterator[bytes]:
    async with store.open(stored.locator, Span(0, stored.size)) as chunks:
        async for chunk in chunks:
            yield chunk
