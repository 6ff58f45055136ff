"""Over a real SeaweedFS: bytes that rot in a volume, and answers that are cut or altered on their way, are nobody's object."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from buckets.model.block import BLOCK
from gateway.ingest.digests import StreamChecksums
from tests.factories.bodies import KIB, MIB, noise
from tests.faults.meddler import Fault, Meddler, meddling, renamed
from tests.faults.test_rot import FRONTS, Got, _got
from tests.fixtures.weed import WeedServer, emptied, store_over
from tests.http.house import House, served
from tests.http.wire import ask, bearer, connected, request, sign

SMALL, LARGE = 10_000, 20_000_000
SIZES = pytest.mark.parametrize("size", [SMALL, MIB, LARGE], ids=["10 KB", "1 MiB", "20 MB"])
IMPATIENT = {"connect_timeout": 1.0, "timeout": 1.0}

pytestmark = pytest.mark.parametrize("target", FRONTS, ids=["s3", "v1"])


@dataclass(frozen=True, slots=True)
class Cellar:
    """A house that keeps nothing in memory over a SeaweedFS, and somebody in between."""

    house: House
    weed: WeedServer
    meddler: Meddler

    async def put(self, target: str, content: bytes) -> int:
        return (await ask(self.house, "PUT", target, body=content)).status

    async def get(self, target: str, byte_range: str = "") -> Got:
        headers = [("Range", f"bytes={byte_range}")] if byte_range else []
        signed = sign(self.house.alice.pair, "GET", target, self.house.port, headers=headers)
        async with connected(self.house) as wire:
            await wire.send(request("GET", target, signed if target == FRONTS[0] else [*bearer(self.house), *headers]))
            return await _got(wire)

    @property
    def rot(self) -> float:
        return self.house.meter.counted("seawall_rot_total")

    @property
    def stored(self) -> list[str]:
        return [line for line in self.meddler.seen if line.startswith("PUT")]


@pytest.fixture
async def cellar(weed_server: WeedServer) -> AsyncIterator[Cellar]:
    settings = weed_server.settings(**IMPATIENT)
    async with (
        meddling(weed_server.weed.endpoint) as meddler,
        emptied(settings),
        store_over(weed_server.settings(endpoints=meddler.url, **IMPATIENT)) as store,
        served(House(store=store, checksums=StreamChecksums(), limit=64 * MIB, cache=0)) as house,
    ):
        yield Cellar(house, weed_server, meddler)


def is_right(got: Got, right: bytes) -> bool:
    return (got.status, got.body, got.broke) == (200, right, False)


def is_no_object(got: Got, right: bytes) -> bool:
    """Refused as unavailable, or right as far as it went and visibly cut; never clean."""
    if got.status == 503:
        return not got.broke and "etag" not in got.headers
    return got.status in (200, 206) and got.broke and right.startswith(got.body) and len(got.body) < len(right)


class TestVolume:
    """A byte is another in the file that SeaweedFS keeps."""

    @SIZES
    @pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
    async def test_a_flipped_byte_is_never_served(self, cellar: Cellar, target: str, size: int, where: float) -> None:
        content = os.urandom(size)
        place = round(where * (size - 1))
        assert await cellar.put(target, content) in (200, 201)
        cellar.weed.flip(content, place)
        assert is_no_object(await cellar.get(target), content[: max(place, 1)])
        assert cellar.rot == (size != SMALL), "of a small object SeaweedFS notices it by itself, and sends nothing"

    async def test_a_range_that_holds_it_is_never_served(self, cellar: Cellar, target: str) -> None:
        content, place = os.urandom(LARGE), LARGE // 2
        assert await cellar.put(target, content) in (200, 201)
        cellar.weed.flip(content, place)
        for first, last in ((place, place), (place - 10, place + 10), (place - 3 * MIB, place + 3 * MIB), (place + 1, place + 1)):
            assert is_no_object(await cellar.get(target, f"{first}-{last}"), content[first:])
        for first, last in ((0, 99), (LARGE - 99, LARGE - 1), (place - 2 * BLOCK, place - BLOCK - 1)):
            got = await cellar.get(target, f"{first}-{last}")
            assert is_no_object(got, content[first:]) or (got.status, got.body) == (206, content[first : last + 1])


class TestAnswers:
    """SeaweedFS is right, and somebody on the way is not."""

    @SIZES
    async def test_another_byte_on_the_way_is_never_served(self, cellar: Cellar, target: str, size: int) -> None:
        content = os.urandom(size)
        assert await cellar.put(target, content) in (200, 201)
        for place in (0, len(content) // 2 % (8 * MIB), min(len(content), 8 * MIB) - 1):
            cellar.meddler.arm("GET", Fault(flips=place))
            assert is_no_object(await cellar.get(target), content)
            assert not cellar.meddler.armed
        assert cellar.rot == 3
        assert is_right(await cellar.get(target), content)

    @SIZES
    @pytest.mark.parametrize("passes", [0, 1, 5_000, -1])
    async def test_an_answer_that_is_cut_again_and_again_is_never_a_clean_end(
        self, cellar: Cellar, target: str, size: int, passes: int
    ) -> None:
        content = os.urandom(size)
        assert await cellar.put(target, content) in (200, 201)
        cellar.meddler.arm("GET", Fault(passes=passes % len(content) % (8 * MIB) if passes else 0), times=3)
        got = await cellar.get(target)
        assert is_no_object(got, content) or (is_right(got, content) and passes not in (0, 1)), "what came before a cut counts"
        cellar.meddler._due.clear()
        assert is_right(await cellar.get(target), content)

    @SIZES
    async def test_an_answer_that_is_cut_once_is_taken_up_again(self, cellar: Cellar, target: str, size: int) -> None:
        content = os.urandom(size)
        assert await cellar.put(target, content) in (200, 201)
        cellar.meddler.arm("GET", Fault(passes=5_000))
        assert is_right(await cellar.get(target), content)

    async def test_fewer_bytes_that_say_they_are_all_are_never_served(self, cellar: Cellar, target: str) -> None:
        assert await cellar.put(target, noise(SMALL)) in (200, 201)
        shorter = renamed(rb"Content-Length: 10000\r", rb"Content-Length: 9990\r")
        relabelled = renamed(rb"0-9999/10000", rb"0-9989/9990")
        for head in (shorter, lambda said: relabelled(shorter(said))):
            cellar.meddler.arm("GET", Fault(head=head, drops=10))
            assert is_no_object(await cellar.get(target), noise(SMALL))

    async def test_an_answer_that_never_comes_is_refused_in_time(self, cellar: Cellar, target: str) -> None:
        assert await cellar.put(target, noise(SMALL)) in (200, 201)
        cellar.meddler.arm("GET", Fault(held=True))
        assert is_no_object(await cellar.get(target), noise(SMALL))


class TestWrites:
    """What the store says of a put is held against what was sent, before anything becomes visible."""

    @pytest.mark.parametrize("size", [10, 10_000, 100 * KIB, MIB])
    async def test_a_put_that_stored_something_else_is_none(self, cellar: Cellar, target: str, size: int) -> None:
        cellar.meddler.arm("PUT", Fault(head=renamed(rb'ETag: "[0-9a-f]{32}"', b'ETag: "%s"' % (b"ab" * 16))))
        assert await cellar.put(target, noise(size)) == 503
        assert not cellar.meddler.armed
        assert (await cellar.get(target)).status == 404

    @pytest.mark.parametrize("size", [10_000, MIB, 20_000_000])
    async def test_a_put_that_is_not_acknowledged_leaves_what_was_there(self, cellar: Cellar, target: str, size: int) -> None:
        assert await cellar.put(target, noise(SMALL)) in (200, 201)
        cellar.meddler.arm("PUT", Fault(held=True), times=20)
        assert await cellar.put(target, noise(size)) == 503
        cellar.meddler._due.clear()
        assert (await cellar.get(target)).body == noise(SMALL)

    async def test_a_piece_whose_answer_is_lost_is_sent_again(self, cellar: Cellar, target: str) -> None:
        cellar.meddler.arm(r"PUT .*\.1$", Fault(passes=0))
        assert await cellar.put(target, noise(LARGE)) in (200, 201)
        assert not cellar.meddler.armed
        assert len(cellar.stored) == 4
        assert (await cellar.get(target)).body == noise(LARGE)
