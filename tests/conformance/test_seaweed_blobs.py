"""The store over a real SeaweedFS keeps the promises of a store, and its own about names and pieces."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from buckets.errors import BlobCorrupt, BlobMissing, BrokenSetting, ClientGone, StoreUnavailable
from buckets.model.blob import Stored
from buckets.names import BlobId
from buckets.ports import BlobStore
from buckets.settings import Secret
from seaweedfs.store import SeaweedBlobStore
from tests.factories.bodies import KIB, MIB, body, broken, noise
from tests.factories.disk import BLOB
from tests.fixtures.weed import WeedServer, emptied, objects, store_over
from tests.suites.blob_store import BlobStoreSuite, cancelled, fresh, listed, put, read, read_whole

PIECE = 256 * KIB
NAME = f"ab/{BLOB}"


@pytest.fixture
async def store(weed_server: WeedServer) -> AsyncIterator[SeaweedBlobStore]:
    """One that cuts what is longer than a quarter of a megabyte."""
    async with emptied(weed_server.settings(piece_bytes=PIECE)) as store:
        yield store


class TestSeaweedBlobs(BlobStoreSuite):
    @pytest.fixture
    async def store(self, weed_server: WeedServer) -> AsyncIterator[SeaweedBlobStore]:
        async with emptied(weed_server.settings()) as store:
            yield store

    @pytest.fixture(params=["unreachable", "without a bucket", "with another secret"])
    async def broken_store(self, request: pytest.FixtureRequest, weed_server: WeedServer) -> AsyncIterator[SeaweedBlobStore]:
        broken: dict[str, dict[str, Any]] = {
            "unreachable": {"endpoints": "http://127.0.0.1:9"},
            "without a bucket": {"bucket": "nowhere"},
            "with another secret": {"secret_key": Secret("another")},
        }
        async with store_over(weed_server.settings(**broken[request.param])) as store:
            yield store


class TestSeaweedPieces(BlobStoreSuite):
    """The same where nearly every body of the suite is cut."""

    @pytest.fixture
    async def store(self, weed_server: WeedServer) -> AsyncIterator[SeaweedBlobStore]:
        async with emptied(weed_server.settings(piece_bytes=PIECE)) as store:
            yield store

    @pytest.mark.parametrize("size", [10, PIECE])
    async def test_a_reader_that_came_before_the_delete_finishes(self, store: BlobStore, size: int) -> None:
        """No more than a piece: what a reader has not begun is gone for it, and the sweep gives it time."""
        await super().test_a_reader_that_came_before_the_delete_finishes(store, size)


async def test_a_short_blob_is_an_object_named_after_it(store: SeaweedBlobStore) -> None:
    stored = await put(store, b"content", blob=BLOB)
    assert stored == Stored(locator=NAME, size=7, md5=hashlib.md5(b"content").digest())
    assert await objects(store) == [NAME]


@pytest.mark.parametrize("size", [64 * KIB + 1, PIECE])
async def test_the_store_says_what_it_holds_also_of_a_body_that_it_was_streamed(store: SeaweedBlobStore, size: int) -> None:
    stored = await put(store, noise(size)[:1000], noise(size)[1000:])
    assert stored.md5 == hashlib.md5(noise(size)).digest()


@pytest.mark.parametrize("known", [True, False])
async def test_a_long_blob_is_pieces_and_the_last_of_them_bears_the_locator(store: SeaweedBlobStore, known: bool) -> None:
    content = noise(2 * PIECE + 1)
    stored = await store.put(BLOB, body(content), size=len(content) if known else None)
    assert stored == Stored(locator=f"{NAME}.3i", size=len(content), md5=None)
    assert await objects(store) == [f"{NAME}.0", f"{NAME}.1", f"{NAME}.3i"]
    assert await read_whole(store, stored) == content
    assert await store.stat(stored.locator) == len(content)
    assert [each async for each in store.walk()] == [Stored(locator=stored.locator, size=len(content))]


@pytest.mark.parametrize(("size", "pieces"), [(PIECE, 1), (PIECE + 1, 2), (2 * PIECE, 2), (2 * PIECE + 1, 3)])
@pytest.mark.parametrize("known", [True, False])
async def test_there_are_no_more_pieces_than_it_takes(store: SeaweedBlobStore, size: int, pieces: int, known: bool) -> None:
    stored = await store.put(fresh(), body(noise(size)), size=size if known else None)
    assert len(await objects(store)) == pieces
    assert await read_whole(store, stored) == noise(size)


SPANS = [(0, 1), (PIECE - 1, 2), (PIECE, PIECE), (PIECE - 1, PIECE + 2), (3 * PIECE - 1, 1), (3 * PIECE, 100), (5, 3 * PIECE)]


@pytest.mark.parametrize(("offset", "length"), SPANS)
async def test_a_span_may_lie_across_pieces(store: SeaweedBlobStore, offset: int, length: int) -> None:
    content = noise(3 * PIECE + 100)
    stored = await put(store, content)
    assert await read(store, stored.locator, offset, length) == content[offset : offset + length]


@pytest.mark.parametrize(("offset", "length"), [(0, 3 * PIECE + 101), (3 * PIECE + 99, 2), (3 * PIECE + 100, 1), (9 * PIECE, 1)])
async def test_a_span_beyond_the_last_piece_is_corrupt(store: SeaweedBlobStore, offset: int, length: int) -> None:
    stored = await put(store, noise(3 * PIECE + 100))
    with pytest.raises(BlobCorrupt):
        await read(store, stored.locator, offset, length)


async def test_a_piece_that_is_missing_is_no_clean_end(store: SeaweedBlobStore) -> None:
    stored = await put(store, noise(3 * PIECE), blob=BLOB)
    await store._bucket.delete([f"{NAME}.1"])
    with pytest.raises(BlobMissing):
        await read_whole(store, stored)


@pytest.mark.parametrize("by_name", [True, False])
async def test_a_delete_removes_all_pieces(store: SeaweedBlobStore, by_name: bool) -> None:
    kept = await put(store, noise(2 * PIECE))
    stored = await put(store, noise(3 * PIECE), blob=BLOB)
    await store.delete([(BLOB, None if by_name else stored.locator)])
    assert len(await objects(store)) == 2
    assert await read_whole(store, kept) == noise(2 * PIECE)


@pytest.mark.parametrize("known", [True, False])
async def test_slow_bodies_go_on_side_by_side_in_the_memory_of_a_few(weed_server: WeedServer, known: bool) -> None:
    """Nobody gets on before all others do: who had to wait for the end of another would wait for ever."""
    steps, step, many = 20, 32 * KIB, 64
    content = noise(steps * step)
    pace = [asyncio.Barrier(many) for _ in range(steps)]

    async def slow() -> AsyncIterator[bytes]:
        for number in range(steps):
            async with asyncio.timeout(60), pace[number]:
                yield content[number * step : (number + 1) * step]

    async with emptied(weed_server.settings(piece_bytes=PIECE, put_bytes=12 * MIB)) as store:
        size = len(content) if known else None
        stored = await asyncio.gather(*(store.put(fresh(), slow(), size=size) for _ in range(many)))
        assert [await read_whole(store, each) for each in stored] == [content] * many
        assert len({each.locator.rpartition(".")[2] for each in stored}) > 1, "the pieces of the later ones are smaller"


async def test_a_put_that_fails_removes_the_pieces_it_has_stored(store: SeaweedBlobStore) -> None:
    with pytest.raises(ClientGone):
        await store.put(BLOB, broken(noise(3 * PIECE), b"more", fault=ClientGone()), size=None)
    assert await objects(store) == []


async def test_half_a_put_is_found_by_the_name_alone(store: SeaweedBlobStore) -> None:
    await store._bucket.put(f"{NAME}.0", 5, b"piece")
    await store._bucket.put(f"{NAME}.1.2", 5, b"piece")
    assert await listed(store) == []
    await store.delete([(BLOB, None)])
    assert await objects(store) == []


async def test_a_delete_by_name_touches_no_other_blob(store: SeaweedBlobStore) -> None:
    others = [f"{NAME}0", f"{NAME}.0.bak", f"{NAME}-1", NAME.replace("ab/0194", "ab/0195")]
    for name in others:
        await store._bucket.put(name, 1, b"x")
    await store.delete([(BLOB, None)])
    assert sorted(await objects(store)) == sorted(others)


async def test_a_second_put_under_the_name_of_pieces_changes_nothing(store: SeaweedBlobStore) -> None:
    stored = await put(store, noise(3 * PIECE), blob=BLOB)
    with pytest.raises(StoreUnavailable, match="in use"):
        await put(store, bytes(3 * PIECE), blob=BLOB)
    assert await read_whole(store, stored) == noise(3 * PIECE)


async def test_what_was_written_in_other_pieces_can_be_read(store: SeaweedBlobStore, weed_server: WeedServer) -> None:
    stored = await put(store, noise(3 * PIECE + 7))
    async with store_over(weed_server.settings(piece_bytes=MIB)) as other:
        assert await read_whole(other, stored) == noise(3 * PIECE + 7)


async def test_what_was_stored_is_there_after_a_vacuum(store: SeaweedBlobStore, weed_server: WeedServer) -> None:
    deleted = [fresh() for _ in range(60)]
    for blob in deleted:
        await put(store, noise(100 * KIB), blob=blob)
    kept = [await put(store, noise(size)) for size in (0, 1, 100 * KIB, 10 * PIECE + 1)]
    await store.delete([(blob, None) for blob in deleted])
    volume = await asyncio.to_thread(weed_server.volume_of, kept[2].locator)
    await asyncio.to_thread(weed_server.vacuum, volume)
    assert [await read_whole(store, stored) for stored in kept] == [noise(stored.size) for stored in kept]
    assert sorted(await listed(store)) == sorted(stored.locator for stored in kept)


async def test_more_than_a_page_of_blobs_is_walked_and_deleted(store: SeaweedBlobStore) -> None:
    blobs = [fresh() for _ in range(1100)]

    async def one(blob: BlobId) -> str:
        return (await put(store, b"x", blob=blob)).locator

    locators = [locator for start in range(0, 1100, 50) for locator in await asyncio.gather(*map(one, blobs[start : start + 50]))]
    assert await listed(store) == sorted(locators)
    await store.delete(zip(blobs, locators, strict=True))
    assert await objects(store) == []


async def test_foreign_objects_are_not_walked(store: SeaweedBlobStore) -> None:
    stored = await put(store, b"content", blob=BLOB)
    for name in ("readme.txt", "ab/readme.txt", f"00/{BLOB}", f"{NAME}.backup", f"{NAME}.1i", f"{NAME}.2i-1-0"):
        await store._bucket.put(name, 7, b"foreign")
    assert await listed(store) == [stored.locator]


async def test_of_two_tries_of_the_last_piece_the_later_counts(store: SeaweedBlobStore) -> None:
    stored = await put(store, noise(2 * PIECE), blob=BLOB)
    await store._bucket.put(f"{NAME}.2i-1", 5, b"later")
    assert await listed(store) == [f"{stored.locator}-1"]
    await store.delete([(BLOB, f"{NAME}.2i-1")])
    assert await objects(store) == []


HOSTILE = [
    "",
    "..",
    "../other/x",
    f"/{NAME}",
    f"{NAME}/",
    f"{NAME}\n",
    f"{NAME}.0",
    f"{NAME}.1i",
    f"{NAME}.2i-0-1-1-1",
    f"00/{BLOB}",
]


@pytest.mark.parametrize("locator", [*HOSTILE, NAME.upper(), str(BLOB), "probe/keep", "ab/keep", f"{NAME}?acl", "ab/\udcff"])
async def test_a_locator_in_any_other_form_is_that_of_no_blob(store: SeaweedBlobStore, locator: str) -> None:
    await put(store, b"content", blob=BLOB)
    with pytest.raises(BlobMissing):
        await read(store, locator, 0, 1)
    with pytest.raises(BlobMissing):
        await store.stat(locator)
    if locator:
        with pytest.raises(BlobMissing):
            await store.delete([(BLOB, locator)])
    assert await objects(store) == [NAME]


async def test_a_bucket_that_went_away_is_not_a_missing_blob(weed_server: WeedServer) -> None:
    async with store_over(weed_server.settings(bucket="nowhere")) as store:
        with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
            await read(store, NAME, 0, 1)
        with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
            await store.stat(NAME)


async def test_preparing_again_and_at_the_same_time_changes_nothing(store: SeaweedBlobStore, weed_server: WeedServer) -> None:
    stored = await put(store, b"content")
    async with store_over(weed_server.settings()) as other:
        await asyncio.gather(store.prepare(), other.prepare())
    assert await listed(store) == [stored.locator]


async def test_the_directories_stay_when_the_last_blob_goes(store: SeaweedBlobStore) -> None:
    await put(store, b"content", blob=BLOB)
    await store.delete([(BLOB, None)])
    assert len([each async for each in store._admin.objects()]) == 257


@pytest.mark.parametrize("size", [10, 100 * KIB, 3 * PIECE])
async def test_a_put_that_is_cancelled_when_its_body_is_sent_is_taken_back(store: SeaweedBlobStore, size: int) -> None:
    ended = asyncio.Event()

    async def watched() -> AsyncIterator[bytes]:
        yield noise(size)
        ended.set()

    putting = asyncio.create_task(store.put(BLOB, watched(), size=size))
    await ended.wait()
    await cancelled(putting)
    assert await objects(store) == []


@pytest.mark.parametrize(
    "urls", ["", ",", "127.0.0.1:1", "ftp://a", "http://a/b", "http://u:p@a", "http://a?x", "http://a:b", "http://[a"]
)
async def test_addresses_that_are_none_are_refused(weed_server: WeedServer, urls: str) -> None:
    with pytest.raises(BrokenSetting):
        async with store_over(weed_server.settings(endpoints=urls)):
            pytest.fail("it was entered")


async def test_a_piece_must_have_a_size_that_a_locator_can_tell(weed_server: WeedServer) -> None:
    with pytest.raises(BrokenSetting, match="power of two"):
        async with store_over(weed_server.settings(piece_bytes=300_000)):
            pytest.fail("it was entered")
