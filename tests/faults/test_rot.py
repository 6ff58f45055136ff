"""Bytes that rot on a disk or in SeaweedFS, files that go away, stores that stop halfway: nobody ever takes them for the object.

Over sockets, and with nothing between the gateway and its store: what is read comes from there.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from buckets.errors import StoreUnavailable
from buckets.model.blob import Span
from buckets.model.block import BLOCK
from seaweedfs.disk import DiskBlobStore
from tests.factories.bodies import MIB, noise
from tests.faults.cellar import FRONTS, Cellar, cellar_under, is_broken, is_put_off, is_refused
from tests.fixtures.weed import WeedServer, emptied, flip

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


@dataclass(slots=True)
class Shelf:
    """A cellar whose blobs are files on a disk, in a store that can be dishonest."""

    cellar: Cellar
    store: DishonestStore
    root: Path

    @property
    def file(self) -> Path:
        head = self.cellar.house.head("k")
        assert head
        assert head.first
        return self.root / head.first.locator


@asynccontextmanager
async def shelved(root: Path) -> AsyncIterator[Shelf]:
    store = DishonestStore(root)
    await store.prepare()
    async with cellar_under(store, lambda _, place: flip(found.file, place)) as cellar:
        found = Shelf(cellar, store, root)
        yield found


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with shelved(tmp_path) as shelf:
        yield shelf


@pytest.fixture(params=["disk", "seaweedfs"])
async def cellar(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cellar]:
    if request.param == "disk":
        async with shelved(tmp_path) as shelf:
            yield shelf.cellar
        return
    weed: WeedServer = request.getfixturevalue("weed_server")
    async with emptied(weed.settings()) as store, cellar_under(store, weed.change) as cellar:
        yield cellar


@pytest.mark.parametrize("target", FRONTS)
class TestRot:
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
        assert (await cellar.get(target, method="HEAD")).status == 200

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


@pytest.mark.parametrize("target", FRONTS)
@pytest.mark.parametrize("place", [0, 5_000, len(SMALL) - 1])
async def test_seaweedfs_that_notices_a_flipped_byte_itself_is_busy(weed_server: WeedServer, target: str, place: int) -> None:
    """It looks at what is small, tries for most of a minute to find better bytes, and only then says that it has failed."""
    async with emptied(weed_server.settings(timeout=0.5)) as store, cellar_under(store, weed_server.change) as cellar:
        await cellar.put(SMALL)
        cellar.flip(place)
        for byte_range in ("", "4990-5010"):
            assert is_put_off(await cellar.get(target, byte_range))
        assert (await cellar.get(target, method="HEAD")).status == 200


@pytest.mark.parametrize("target", FRONTS)
class TestFiles:
    @pytest.mark.parametrize("place", [0, 5_000, len(SMALL) - 1])
    async def test_one_flipped_byte_takes_a_small_object_away(self, shelf: Shelf, target: str, place: int) -> None:
        cellar = shelf.cellar
        await cellar.put(SMALL)
        cellar.flip(place)
        for byte_range in ("", "0-99", "4990-5010", "-1"):
            assert is_refused(await cellar.get(target, byte_range))
        assert cellar.rot == 4
        cellar.flip(place)
        assert (await cellar.get(target)).body == SMALL

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("left", [0, 1, -1])
    async def test_a_file_cut_short_is_refused(self, shelf: Shelf, target: str, content: bytes, left: int) -> None:
        await shelf.cellar.put(content)
        with shelf.file.open("r+b") as file:
            file.truncate(left % len(content))
        for byte_range in ("", "-1"):
            assert is_refused(await shelf.cellar.get(target, byte_range))
        assert shelf.cellar.rot == 2

    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_a_file_that_is_gone_is_refused(self, shelf: Shelf, target: str, content: bytes) -> None:
        await shelf.cellar.put(content)
        shelf.file.unlink()
        for byte_range in ("", "5-9"):
            assert is_refused(await shelf.cellar.get(target, byte_range))
        assert shelf.cellar.rot == 2

    async def test_rot_is_told_once_by_the_name_of_the_blob(
        self, shelf: Shelf, target: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for content, place in ((SMALL, 0), (LARGE, 2 * MIB)):
            await shelf.cellar.put(content)
            shelf.cellar.flip(place)
            caplog.clear()
            await shelf.cellar.get(target)
            [told] = [record for record in caplog.records if record.levelno >= logging.WARNING]
            assert shelf.file.name in told.getMessage()

    @pytest.mark.parametrize("fault", [None, StoreUnavailable("gone"), OSError("foreign"), TimeoutError()], ids=repr)
    @pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
    async def test_a_store_that_stops_halfway_is_never_taken_for_the_end(
        self, shelf: Shelf, target: str, content: bytes, fault: Exception | None
    ) -> None:
        await shelf.cellar.put(content)
        shelf.store.fault = fault
        for gives in (0, 1, len(content) // 2, len(content) - 1):
            shelf.store.gives = gives
            got = await shelf.cellar.get(target)
            if got.status == 200:
                assert is_broken(got, content[:gives])
            else:
                assert got.status == (500 if fault and not isinstance(fault, StoreUnavailable) else 503)
            assert got.status != 200 or gives >= 4 * BLOCK
        assert shelf.cellar.rot == (0 if fault else 4)
