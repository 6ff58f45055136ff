"""Bytes that rot on the disk, files that go away, stores that stop halfway: over sockets, nobody ever takes them for the object."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from buckets.errors import StoreUnavailable
from buckets.model.blob import Span
from buckets.model.block import BLOCK
from gateway.ingest.digests import StreamChecksums
from seaweedfs.disk import DiskBlobStore
from tests.factories.bodies import MIB, noise
from tests.http.house import House, served
from tests.http.wire import Headers, Wire, ask, bearer, connected, request, sign

FRONTS = ["/photos/k", "/v1/objects/photos/k"]
SMALL, LARGE, HUGE = noise(10_240), noise(3 * MIB + 5), noise(20_000_000)
MIDDLE = len(HUGE) // 2


class DishonestStore(DiskBlobStore):
    """Gives no more than so many bytes of a blob, and then ends as if that were all, or fails."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.gives: int | None = None
        self.fault: Exception | None = None

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        async with super().open(locator, span) as chunks:
            yield chunks if self.gives is None else self._some(chunks, self.gives)

    async def _some(self, chunks: AsyncIterator[bytes], left: int) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                break
        if self.fault:
            raise self.fault


@dataclass(frozen=True, slots=True)
class Got:
    """What came over the wire, and whether the connection broke in the middle of it."""

    status: int
    headers: str
    body: bytes
    broke: bool


@dataclass(slots=True)
class Cellar:
    """A house whose blobs lie on a disk that the test can get at."""

    house: House
    store: DishonestStore
    root: Path

    async def put(self, body: bytes) -> None:
        assert (await ask(self.house, "PUT", FRONTS[0], body=body)).status == 200

    @property
    def file(self) -> Path:
        head = self.house.head("k")
        assert head
        assert head.first
        return self.root / head.first.locator

    def flip(self, place: int) -> None:
        """Another byte there; the same again puts it right."""
        with self.file.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ 0x40]))

    async def get(self, target: str, byte_range: str = "") -> Got:
        """By S3 with a signature, by the other front with a key."""
        headers = [("Range", f"bytes={byte_range}")] if byte_range else []
        async with connected(self.house) as wire:
            await wire.send(request("GET", target, self._authorized(target, headers)))
            return await _got(wire)

    @property
    def rot(self) -> float:
        return self.house.meter.counted("seawall_rot_total")

    def _authorized(self, target: str, headers: Headers) -> Headers:
        if target == FRONTS[0]:
            return sign(self.house.alice.pair, "GET", target, self.house.port, headers=headers)
        return [*bearer(self.house), *headers]


async def _got(wire: Wire) -> Got:
    head = (await wire.reader.readuntil(b"\r\n\r\n")).decode().lower()
    left = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    body = bytearray()
    try:
        while len(body) < left and (piece := await wire.reader.read(MIB)):
            body += piece
    except ConnectionResetError:
        return Got(int(head.split()[1]), head, bytes(body), broke=True)
    assert len(body) == left, "it ended as if that were all"
    return Got(int(head.split()[1]), head, bytes(body), broke=False)


def is_refused(got: Got) -> bool:
    """An answer that has nothing of an object, not even its headers."""
    assert (got.status, got.broke) == (503, False)
    assert "etag" not in got.headers
    assert "retry-after" not in got.headers
    return b"<Code>ServiceUnavailable</Code>" in got.body or b'"urn:seawall:problem:unavailable"' in got.body


def is_broken(got: Got, right: bytes) -> bool:
    """Right as far as it went, and it visibly did not go all the way."""
    assert got.broke
    return right.startswith(got.body) and len(got.body) < len(right)


@pytest.fixture
async def cellar(tmp_path: Path) -> AsyncIterator[Cellar]:
    store = DishonestStore(tmp_path / "blobs")
    await store.prepare()
    async with served(House(store=store, checksums=StreamChecksums(), limit=64 * MIB)) as house:
        yield Cellar(house, store, tmp_path / "blobs")


@pytest.mark.parametrize("target", FRONTS)
class TestRot:
    @pytest.mark.parametrize("place", [0, 5_000, len(SMALL) - 1])
    async def test_one_flipped_byte_takes_a_small_object_away(self, cellar: Cellar, target: str, place: int) -> None:
        await cellar.put(SMALL)
        cellar.flip(place)
        for byte_range in ("", "0-99", "4990-5010", "-1"):
            assert is_refused(await cellar.get(target, byte_range))
        assert cellar.rot == 4
        cellar.flip(place)
        assert (await cellar.get(target)).body == SMALL

    @pytest.mark.parametrize("place", [0, BLOCK - 1])
    async def test_a_flipped_byte_in_its_first_block_takes_a_large_object_away(
        self, cellar: Cellar, target: str, place: int
    ) -> None:
        await cellar.put(HUGE)
        cellar.flip(place)
        assert is_refused(await cellar.get(target))
        assert cellar.rot == 1

    @pytest.mark.parametrize("place", [MIDDLE, len(HUGE) - 1])
    async def test_a_flipped_byte_further_on_breaks_the_answer_off(self, cellar: Cellar, target: str, place: int) -> None:
        await cellar.put(HUGE)
        cellar.flip(place)
        got = await cellar.get(target)
        assert got.status == 200
        assert is_broken(got, HUGE[:place])
        assert cellar.rot == 1

    async def test_a_range_that_begins_in_a_rotten_block_is_refused(self, cellar: Cellar, target: str) -> None:
        await cellar.put(HUGE)
        cellar.flip(MIDDLE)
        start = MIDDLE // BLOCK * BLOCK
        for byte_range in (f"{MIDDLE}-{MIDDLE}", f"{start}-{start}", f"{MIDDLE + 1}-{MIDDLE + 1}", f"{MIDDLE}-"):
            assert is_refused(await cellar.get(target, byte_range))
        assert cellar.rot == 4

    async def test_a_range_that_reaches_a_rotten_block_is_broken_off(self, cellar: Cellar, target: str) -> None:
        await cellar.put(HUGE)
        cellar.flip(MIDDLE)
        got = await cellar.get(target, f"{MIDDLE - 5 * MIB}-{MIDDLE + MIB}")
        assert got.status == 206
        assert is_broken(got, HUGE[MIDDLE - 5 * MIB : MIDDLE])

    async def test_a_range_of_sound_blocks_beside_a_rotten_one_is_answered(self, cellar: Cellar, target: str) -> None:
        await cellar.put(HUGE)
        cellar.flip(MIDDLE)
        start = MIDDLE // BLOCK * BLOCK
        for first, last in ((0, 9), (start - 10, start - 1), (start + BLOCK, start + BLOCK), (len(HUGE) - 9, len(HUGE) - 1)):
            got = await cellar.get(target, f"{first}-{last}")
            assert (got.status, got.body) == (206, HUGE[first : last + 1])
        assert cellar.rot == 0

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("left", [0, 1, -1])
    async def test_a_file_cut_short_is_refused(self, cellar: Cellar, target: str, content: bytes, left: int) -> None:
        await cellar.put(content)
        with cellar.file.open("r+b") as file:
            file.truncate(left % len(content))
        for byte_range in ("", "-1"):
            assert is_refused(await cellar.get(target, byte_range))
        assert cellar.rot == 2

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_a_file_that_is_gone_is_refused(self, cellar: Cellar, target: str, content: bytes) -> None:
        await cellar.put(content)
        cellar.file.unlink()
        for byte_range in ("", "5-9"):
            assert is_refused(await cellar.get(target, byte_range))
        assert cellar.rot == 2

    async def test_rot_is_told_once_by_the_name_of_the_blob(
        self, cellar: Cellar, target: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for content, place in ((SMALL, 0), (LARGE, 2 * MIB)):
            await cellar.put(content)
            cellar.flip(place)
            caplog.clear()
            await cellar.get(target)
            [told] = [record for record in caplog.records if record.levelno >= logging.WARNING]
            assert cellar.file.name in told.getMessage()

    @pytest.mark.parametrize("fault", [None, StoreUnavailable("gone"), OSError("foreign"), TimeoutError()], ids=repr)
    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_a_store_that_stops_halfway_is_never_taken_for_the_end(
        self, cellar: Cellar, target: str, content: bytes, fault: Exception | None
    ) -> None:
        await cellar.put(content)
        cellar.store.fault = fault
        for gives in (0, 1, len(content) // 2, len(content) - 1):
            cellar.store.gives = gives
            got = await cellar.get(target)
            if got.status == 200:
                assert is_broken(got, content[:gives])
            else:
                assert got.status == (500 if fault and not isinstance(fault, StoreUnavailable) else 503)
            assert got.status != 200 or gives >= 4 * BLOCK
        assert cellar.rot == (0 if fault else 4)
