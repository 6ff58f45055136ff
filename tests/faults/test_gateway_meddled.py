"""A whole gateway over a real SeaweedFS whose answers are cut, altered or made up on the way: no client takes them for the object.

Over sockets, and with nothing between the gateway and its store: what is read comes from there.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.factories.bodies import KIB, MIB, noise
from tests.faults.cellar import FRONTS, Cellar, Got, cellar_under, is_broken, is_put_off, is_refused
from tests.faults.meddler import Fault, Meddler, meddling, renamed
from tests.fixtures.weed import WeedServer, emptied, objects, store_over
from tests.http.wire import Reply, ask

PIECE = 256 * KIB
SMALL, MEDIUM, LARGE = noise(10_240), noise(PIECE), noise(3 * MIB + 5)
"""Read whole, both in one object; and in pieces, read in blocks."""

ALWAYS = 100
ETAG = rb'ETag: "[0-9a-f]{32}"'


@dataclass(slots=True)
class Route:
    """A gateway, and the proxy on the way to its store."""

    cellar: Cellar
    meddler: Meddler
    weed: WeedServer

    async def meddled(self, target: str, fault: Fault, *, byte_range: str = "") -> Got:
        """What comes of a read when the store's answers are all like that."""
        self.meddler.arm("GET /blobs/[0-9a-f]{2}/", fault, times=ALWAYS)
        try:
            async with asyncio.timeout(60):
                return await self.cellar.get(target, byte_range)
        finally:
            assert len(self.meddler.disarm()) < ALWAYS, "the store was not asked"

    async def put(self, target: str, body: bytes) -> Reply:
        async with asyncio.timeout(60):
            return await ask(self.cellar.house, "PUT", target, body=body)

    async def lying_there(self) -> list[str]:
        async with store_over(self.weed.settings()) as store:
            return await objects(store)


@pytest.fixture
async def route(weed_server: WeedServer) -> AsyncIterator[Route]:
    async with meddling(weed_server.weed.endpoint) as meddler, emptied(weed_server.settings()):
        through = weed_server.settings(endpoints=meddler.url, piece_bytes=PIECE, timeout=1.0, connect_timeout=1.0)
        async with store_over(through) as store, cellar_under(store, weed_server.change) as cellar:
            yield Route(cellar, meddler, weed_server)


def fewer(head: bytes) -> bytes:
    """One byte less than there is, and it says so."""
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return renamed(rb"(?i)content-length: [0-9]+", b"Content-Length: %d" % (length - 1))(head)


@pytest.mark.parametrize("target", FRONTS)
class TestReads:
    @pytest.mark.parametrize("content", [SMALL, MEDIUM, LARGE], ids=["small", "medium", "large"])
    @pytest.mark.parametrize("at", [0, 1, 5_000, -1])
    async def test_a_read_cut_at_any_byte_is_whole_or_no_clean_end(
        self, route: Route, target: str, content: bytes, at: int
    ) -> None:
        """It is taken up again where it ended, a few times: the end of a short one is reached like that."""
        await route.cellar.put(content)
        got = await route.meddled(target, Fault(passes=at % min(len(content), PIECE)))
        if got.status != 200:
            assert is_put_off(got)
        else:
            assert is_broken(got, content) if got.broke else got.body == content
        assert (await route.cellar.get(target)).body == content

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_an_answer_with_fewer_bytes_is_refused(self, route: Route, target: str, content: bytes) -> None:
        await route.cellar.put(content)
        for byte_range in ("", "10-4000"):
            assert is_refused(await route.meddled(target, Fault(head=fewer, drops=1), byte_range=byte_range))
        assert route.cellar.rot == 2

    async def test_a_later_answer_with_fewer_bytes_breaks_it_off(self, route: Route, target: str) -> None:
        await route.cellar.put(LARGE)
        route.meddler.arm(r"GET .*\.9$", Fault(head=fewer, drops=1))
        got = await route.cellar.get(target)
        assert got.status == 200
        assert is_broken(got, LARGE)
        assert not route.meddler.armed

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("at", [0, 5_000])
    async def test_a_byte_that_changes_on_the_way_is_refused(self, route: Route, target: str, content: bytes, at: int) -> None:
        await route.cellar.put(content)
        for byte_range in ("", "10-5000"):
            assert is_refused(await route.meddled(target, Fault(flips=at), byte_range=byte_range))
        assert route.cellar.rot == 2
        assert (await route.cellar.get(target)).body == content

    async def test_a_byte_that_changes_further_on_breaks_it_off(self, route: Route, target: str) -> None:
        await route.cellar.put(LARGE)
        route.meddler.arm(r"GET .*\.9$", Fault(flips=PIECE - 1))
        got = await route.cellar.get(target)
        assert got.status == 200
        assert is_broken(got, LARGE)
        assert route.cellar.rot == 1

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_another_object_in_its_place_is_refused(self, route: Route, target: str, content: bytes) -> None:
        """Of the same size, with all the right headers."""
        await route.cellar.put(content)
        part = min(len(content), PIECE)
        head = (
            f"HTTP/1.1 206 Partial Content\r\nContent-Length: {part}\r\nContent-Range: bytes 0-{part - 1}/{part}\r\n\r\n"
        ).encode()
        assert is_refused(await route.meddled(target, Fault(says=head + noise(part + 1)[:part])))
        assert route.cellar.rot == 1


def made_up(etag: bytes) -> Fault:
    """Nothing is stored, and it says that all went well."""
    return Fault(says=b'HTTP/1.1 200 OK\r\nETag: "%s"\r\nContent-Length: 0\r\n\r\n' % etag)


_NOTHING = hashlib.md5(b"").hexdigest().encode()
LIES = {
    "another hash": Fault(head=renamed(ETAG, b'ETag: "%s"' % (b"ab" * 16))),
    "the hash of a part": Fault(head=renamed(ETAG, b'ETag: "%s"' % hashlib.md5(noise(10_000)).hexdigest().encode())),
    "no hash": Fault(head=renamed(ETAG + rb"\r\n", b"")),
    "a hash of parts": Fault(head=renamed(ETAG, b'ETag: "%s-2"' % (b"ab" * 16))),
    "nothing stored": made_up(_NOTHING),
    "nothing stored, and the hash of something": made_up(b"ab" * 16),
}


@pytest.mark.parametrize("target", FRONTS)
@pytest.mark.parametrize("content", [SMALL, MEDIUM, LARGE], ids=["small", "medium", "large"])
@pytest.mark.parametrize("lie", LIES)
async def test_a_put_that_is_not_confirmed_is_no_success(route: Route, target: str, content: bytes, lie: str) -> None:
    """Of pieces, each is."""
    await route.cellar.put(b"old")
    objects_before = await route.lying_there()
    route.meddler.arm(r"PUT .*(\.1)?$" if content is not LARGE else r"PUT .*\.1$", LIES[lie])
    answer = await route.put(target, content)
    assert not route.meddler.armed
    assert answer.status == 503
    assert (await route.cellar.get(target)).body == b"old"
    [usage] = route.cellar.house.catalog.usage.values()
    assert (usage.stored_objects, usage.stored_bytes) == (1, 3)
    assert len(await route.lying_there()) <= len(objects_before) + 1, "pieces are taken back"
    assert (await route.put(target, content)).status in (200, 201)
    assert (await route.cellar.get(target)).body == content
