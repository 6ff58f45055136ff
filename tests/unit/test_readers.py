"""Readers whose object goes away, readers that go away, and stores that do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from buckets.errors import BlobCorrupt, CatalogBusy, SourceMoved, StorageError, StoreUnavailable
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.phases import MemoryPhases
from buckets.model.blob import Extent, Span
from buckets.model.block import BLOCK
from buckets.model.commit import DeleteItem
from buckets.names import BucketId, ObjectKey, VersionId
from buckets.ports import BlobStore
from buckets.service.committer import Committer
from buckets.service.copy import CopyObject, CopyTerms, Source, Target
from tests.factories import values
from tests.factories.bodies import noise
from tests.factories.desk import Desk
from tests.factories.disk import prepared
from tests.factories.stored import KEY, ChoppyStore, Library

SMALL = [noise(BLOCK), noise(BLOCK - 1)]
LARGE = [noise(9 * BLOCK), noise(5 * BLOCK + 1)]
SHAPES = pytest.mark.parametrize("blobs", [SMALL[:1], SMALL, LARGE[:1], LARGE], ids=["small", "pieces", "large", "large pieces"])


@pytest.fixture(params=["memory", "disk"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return MemoryBlobStore() if request.param == "memory" else await prepared(tmp_path / "blobs")


async def delete(library: Library) -> None:
    item = DeleteItem(
        operation=values.IDS.uuid7(), bucket=library.bucket, key=KEY, origin=values.origin(library.owner), forever=True
    )
    await library.catalog.commit([item])


@SHAPES
class TestOldBytes:
    @pytest.mark.parametrize("drawn", [0, 1])
    async def test_a_reader_of_an_overwritten_object_finishes_on_the_old_bytes(
        self, blobs: list[bytes], store: BlobStore, drawn: int
    ) -> None:
        library = Library(store=store)
        await library.put(blobs)
        async with library.open() as reading:
            seen = [await anext(reading.chunks) for _ in range(drawn)]
            await library.put([b"new"])
            seen += [chunk async for chunk in reading.chunks]
        assert b"".join(seen) == b"".join(blobs)
        assert await library.read() == b"new"

    @pytest.mark.parametrize("drawn", [0, 1])
    async def test_a_reader_of_a_deleted_object_finishes(self, blobs: list[bytes], store: BlobStore, drawn: int) -> None:
        library = Library(store=store)
        await library.put(blobs)
        async with library.open() as reading:
            seen = [await anext(reading.chunks) for _ in range(drawn)]
            await delete(library)
            seen += [chunk async for chunk in reading.chunks]
        assert b"".join(seen) == b"".join(blobs)

    async def test_a_reader_of_erased_bytes_finishes_what_it_has_begun(self, blobs: list[bytes], store: BlobStore) -> None:
        library = Library(store=store, page=1000)
        item = await library.put(blobs[:1])
        async with library.open() as reading:
            seen = [await anext(reading.chunks)]
            await store.delete([(blob.id, blob.locator) for blob in item.blobs])
            seen += [chunk async for chunk in reading.chunks]
        assert b"".join(seen) == blobs[0]

    @pytest.mark.parametrize("drawn", [0, 1, 2])
    async def test_a_reader_that_leaves_early_frees_what_it_held(self, blobs: list[bytes], drawn: int) -> None:
        library = Library(store=(store := ChoppyStore([BLOCK])))
        await library.put(blobs)
        for _ in range(3):
            async with library.open() as reading:
                for _ in range(drawn):
                    await anext(reading.chunks, b"")
            assert store.reading == 0

    async def test_a_cancelled_reader_frees_what_it_held(self, blobs: list[bytes]) -> None:
        library = Library(store=(store := StuckStore([BLOCK])))
        await library.put(blobs)
        reader = asyncio.create_task(library.read())
        await store.stuck.wait()
        assert store.reading == 1
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert (store.reading, library.rot) == (0, 0)

    @pytest.mark.parametrize("fault", [StoreUnavailable("gone"), OSError("foreign")])
    async def test_a_fault_of_the_store_is_no_rot(self, blobs: list[bytes], fault: Exception) -> None:
        library = Library(store=(store := ChoppyStore([BLOCK])))
        await library.put(blobs)
        store.fault = fault
        with pytest.raises(type(fault)) as raised:
            await library.read()
        assert raised.value is fault
        assert (store.reading, library.rot) == (0, 0)


class StuckStore(ChoppyStore):
    """Gives one chunk and then nothing for ever."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__(sizes)
        self.stuck = asyncio.Event()

    async def _chunks(self, content: bytes) -> AsyncIterator[bytes]:
        async for chunk in super()._chunks(content):
            yield chunk
            self.stuck.set()
            await asyncio.Event().wait()


@dataclass(slots=True)
class RacingCatalog(MemoryCatalog):
    """Somebody overwrites an object whenever its head was found and its extents are not loaded yet."""

    rivals: list[Sequence[bytes]] = field(default_factory=list)
    library: Library | None = None

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        if self.rivals and self.library:
            await self.library.put(self.rivals.pop())
        return await MemoryCatalog.load_extents(self, bucket, version, span)


class TestRaces:
    @pytest.fixture
    async def library(self) -> Library:
        catalog = RacingCatalog(ids=values.IDS, clock=values.ManualClock())
        library = Library(catalog=catalog)
        await library.put(LARGE)
        catalog.library = library
        return library

    @pytest.mark.parametrize("rival", [SMALL[:1], SMALL, LARGE[::-1]], ids=["small", "pieces", "large pieces"])
    async def test_a_reader_that_comes_with_an_overwrite_gets_the_new_object(self, library: Library, rival: list[bytes]) -> None:
        _rivals(library, [rival])
        async with library.open() as reading:
            assert b"".join([chunk async for chunk in reading.chunks]) == b"".join(rival)
            assert reading.head.content.size == reading.span.length == sum(map(len, rival))

    async def test_a_reader_that_never_gets_a_hold_of_an_object_is_told_to_come_again(self, library: Library) -> None:
        _rivals(library, [LARGE] * 100)
        with pytest.raises(CatalogBusy):
            await library.read()

    async def test_a_copy_that_comes_with_an_overwrite_copies_nothing(self, library: Library) -> None:
        committer = Committer(objects=library.catalog, ids=values.IDS, phases=MemoryPhases())
        put = replace(Desk().objects.put, committer=committer)
        copy = CopyObject(objects=library.catalog, read=library.reader, put=put, committer=committer, ids=values.IDS)
        _rivals(library, [SMALL])
        source, target = Source(bucket=library.bucket, key=KEY), Target(library.bucket, ObjectKey("copy"))
        with pytest.raises(SourceMoved):
            await copy(source, target, values.origin(library.owner), CopyTerms())
        assert await library.catalog.find_head(library.bucket.id, ObjectKey("copy")) is None


def _rivals(library: Library, blobs: list[list[bytes]]) -> None:
    assert isinstance(library.catalog, RacingCatalog)
    library.catalog.rivals[:] = blobs


async def test_extents_that_do_not_make_up_their_object_are_never_handed_on() -> None:
    library = Library()
    item = await library.put(LARGE[:1])
    version = library.catalog.versions[item.version]
    assert version.head
    version.head = replace(version.head, content=replace(version.head.content, size=item.content.size + 1))
    with pytest.raises(StorageError) as fault:
        await library.read()
    assert not isinstance(fault.value, BlobCorrupt), "the bytes are sound"
