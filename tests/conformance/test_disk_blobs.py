"""The disk store keeps the promises of a store, and those of a directory that outlives its process."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from buckets.errors import BlobMissing, IncompleteBody, StoreUnavailable
from seaweedfs.disk import DiskBlobStore
from tests.factories.bodies import KIB, MIB, body, noise, stalled
from tests.factories.disk import BLOB, files, prepared
from tests.suites.blob_store import BlobStoreSuite, cancelled, fresh, listed, put, read, read_whole


@pytest.fixture
async def store(tmp_path: Path) -> DiskBlobStore:
    return await prepared(tmp_path / "blobs")


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "blobs" / "incoming"


class TestDiskBlobs(BlobStoreSuite):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> DiskBlobStore:
        return await prepared(tmp_path / "blobs")

    @pytest.fixture
    def broken_store(self, tmp_path: Path) -> DiskBlobStore:
        return DiskBlobStore(tmp_path / "not-mounted")


async def test_a_blob_is_a_file_named_after_it(store: DiskBlobStore, tmp_path: Path) -> None:
    stored = await put(store, b"content", blob=BLOB)
    assert stored.locator == f"ab/{BLOB}"
    assert files(tmp_path) == [f"blobs/ab/{BLOB}"]
    assert (tmp_path / "blobs" / "ab" / str(BLOB)).read_bytes() == b"content"


async def test_nobody_else_may_look_into_the_directories(store: DiskBlobStore, tmp_path: Path) -> None:
    await put(store, b"content", blob=BLOB)
    assert {(tmp_path / "blobs" / name).stat().st_mode & 0o777 for name in ("", "incoming", "ab", "00", "ff")} == {0o700}


async def test_what_was_stored_is_there_for_the_next_store(store: DiskBlobStore, tmp_path: Path) -> None:
    stored = await put(store, b"content")
    assert await read_whole(await prepared(tmp_path / "blobs"), stored) == b"content"


@pytest.mark.parametrize("size", [0, 10, MIB])
async def test_a_put_leaves_one_file_and_a_delete_none(store: DiskBlobStore, tmp_path: Path, size: int) -> None:
    await put(store, noise(size), blob=BLOB)
    assert len(files(tmp_path)) == 1
    await store.delete([(BLOB, None)])
    assert files(tmp_path) == []


@pytest.mark.parametrize("size", [10, 600 * KIB])
async def test_a_failed_put_leaves_no_file(store: DiskBlobStore, tmp_path: Path, size: int) -> None:
    with pytest.raises(IncompleteBody):
        await store.put(fresh(), body(noise(size)), size=size + 1)
    assert files(tmp_path) == []


async def test_what_a_crash_left_is_removed(store: DiskBlobStore, incoming: Path, tmp_path: Path) -> None:
    kept = await put(store, b"content", blob=BLOB)
    (incoming / str(fresh())).write_bytes(b"half")
    os.link(tmp_path / "blobs" / kept.locator, incoming / str(BLOB))  # named, and not yet unlinked
    await store.prepare()
    assert files(tmp_path) == [f"blobs/{kept.locator}"]
    assert await read_whole(store, kept) == b"content"


async def test_another_process_that_starts_leaves_a_put_under_way_alone(store: DiskBlobStore, tmp_path: Path) -> None:
    reached, going_on = asyncio.Event(), asyncio.Event()

    async def in_two_halves() -> AsyncIterator[bytes]:
        yield noise(300 * KIB)
        reached.set()
        await going_on.wait()
        yield b"the rest"

    putting = asyncio.create_task(store.put(BLOB, in_two_halves(), size=None))
    await reached.wait()
    await prepared(tmp_path / "blobs")
    going_on.set()
    assert await read_whole(store, await putting) == noise(300 * KIB) + b"the rest"


async def test_a_second_put_does_not_disturb_one_under_way(store: DiskBlobStore, incoming: Path) -> None:
    reached = asyncio.Event()
    putting = asyncio.create_task(store.put(BLOB, stalled(noise(300 * KIB), reached=reached), size=None))
    await reached.wait()
    with pytest.raises(StoreUnavailable, match="in use"):
        await put(store, b"second", blob=BLOB)
    assert (incoming / str(BLOB)).read_bytes() == noise(300 * KIB)
    await cancelled(putting)


HOSTILE = [
    "",
    "..",
    "../incoming",
    "/etc/passwd",
    f"../blobs/ab/{BLOB}",
    f"ab/../ab/{BLOB}",
    f"/ab/{BLOB}",
    f"ab//{BLOB}",
    f"ab/{BLOB}/",
    f"ab/{BLOB}\n",
    f"ab/{BLOB}\x00",
    f"AB/{str(BLOB).upper()}",
    f"00/{BLOB}",
    f"incoming/{BLOB}",
    f"memory/{BLOB}",
    str(BLOB),
    "ab/\udcff",
]


@pytest.mark.parametrize("locator", HOSTILE)
async def test_a_locator_in_any_other_form_is_that_of_no_blob(store: DiskBlobStore, tmp_path: Path, locator: str) -> None:
    await put(store, b"content", blob=BLOB)
    with pytest.raises(BlobMissing):
        await read(store, locator, 0, 1)
    with pytest.raises(BlobMissing):
        await store.stat(locator)
    if locator:
        with pytest.raises(BlobMissing):
            await store.delete([(BLOB, locator)])
        assert files(tmp_path) == [f"blobs/ab/{BLOB}"]


async def test_foreign_files_are_not_walked(store: DiskBlobStore, tmp_path: Path) -> None:
    stored = await put(store, b"content", blob=BLOB)
    for name in ("ab/readme.txt", f"ab/{fresh()}.bak", f"00/{BLOB}", "lost"):
        (tmp_path / "blobs" / name).write_bytes(b"foreign")
    assert await listed(store) == [stored.locator]
