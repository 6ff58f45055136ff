"""The disk store when its disk is full, broken, slow or cut short, and when a put is cut off in the middle of it."""

import asyncio
import errno
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from buckets.errors import BlobCorrupt, IncompleteBody, ServerFault, StoreFull, StoreUnavailable
from buckets.model.blob import Span
from seaweedfs.disk import DiskBlobStore
from seaweedfs.threads import Threads
from tests.factories.bodies import KIB, MIB, body, noise
from tests.factories.disk import BLOB, files, prepared
from tests.suites.blob_store import fresh, put, read_whole


@pytest.fixture
async def store(tmp_path: Path) -> DiskBlobStore:
    return await prepared(tmp_path / "blobs")


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "blobs" / "incoming"


@pytest.mark.parametrize("spins", range(0, 40, 3))
async def test_a_put_cancelled_at_any_moment_leaves_a_whole_file_or_none(store: DiskBlobStore, tmp_path: Path, spins: int) -> None:
    putting = asyncio.create_task(put(store, *[noise(300 * KIB)] * 3, blob=BLOB))
    for _ in range(spins):
        await asyncio.sleep(0)
    putting.cancel()
    await asyncio.wait((putting,))
    assert files(tmp_path) == ([] if putting.cancelled() else [f"blobs/ab/{BLOB}"])


@pytest.mark.parametrize("edge", ["link", "fsync"])
async def test_a_put_cancelled_while_a_thread_works_for_it_leaves_no_file(
    store: DiskBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge: str
) -> None:
    loop, reached, going_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    real = getattr(os, edge)

    def held_up(*arguments: Any) -> Any:
        result = real(*arguments)
        loop.call_soon_threadsafe(reached.set)
        going_on.wait()
        return result

    monkeypatch.setattr(os, edge, held_up)
    putting = asyncio.create_task(put(store, noise(10)))
    await reached.wait()
    putting.cancel()
    await asyncio.wait((putting,), timeout=0)
    assert not putting.done()
    going_on.set()
    await asyncio.wait((putting,))
    assert putting.cancelled()
    assert files(tmp_path) == []


async def test_bytes_are_safe_before_they_have_a_name_and_the_name_before_the_answer(
    store: DiskBlobStore, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    real_fsync, real_link = os.fsync, os.link

    def fsync(file: Any) -> None:
        steps.append(str(Path(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}").readlink()))
        real_fsync(file)

    def link(source: Path, target: Path) -> None:
        steps.append("named")
        real_link(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    directory = str(incoming.parent / "ab")
    await put(store, b"content", blob=BLOB)
    assert steps == [str(incoming / str(BLOB)), "named", directory]
    await store.delete([(BLOB, None)])
    assert steps[3:] == [directory]


async def test_a_large_blob_is_synced_on_the_way(store: DiskBlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fdatasync", lambda file: synced.append(file.tell()))
    await put(store, *[bytes(MIB)] * 65)
    assert synced == [32 * MIB, 64 * MIB]


async def test_a_file_cut_short_is_corrupt_before_the_first_byte(store: DiskBlobStore, tmp_path: Path) -> None:
    stored = await put(store, noise(MIB))
    os.truncate(tmp_path / "blobs" / stored.locator, MIB - 1)
    with pytest.raises(BlobCorrupt):
        async with store.open(stored.locator, Span(0, MIB)):
            pytest.fail("it was entered")


async def test_a_file_cut_short_while_it_is_read_is_corrupt(store: DiskBlobStore, tmp_path: Path) -> None:
    stored = await put(store, noise(MIB))
    async with store.open(stored.locator, Span(0, MIB)) as chunks:
        os.truncate(tmp_path / "blobs" / stored.locator, MIB - 1)
        with pytest.raises(BlobCorrupt):
            [chunk async for chunk in chunks]


EDGES = ["fsync", "link", "open"]
FAULTS = [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, StoreUnavailable), (errno.EROFS, StoreUnavailable)]


def _failing(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number), "/the/path")

    return fail


@pytest.mark.parametrize(("number", "expected"), FAULTS)
@pytest.mark.parametrize("edge", EDGES)
async def test_a_disk_that_fails_a_put_is_our_fault_and_leaves_nothing(
    store: DiskBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge: str, number: int, expected: type[ServerFault]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, edge, _failing(number))
        with pytest.raises(expected) as fault:
            await put(store, noise(600 * KIB))
    assert "/the/path" not in str(fault.value)
    assert isinstance(fault.value.__cause__, OSError)
    assert files(tmp_path) == []


async def test_a_disk_that_fails_while_a_put_is_cleaned_up_hides_no_reason(
    store: DiskBlobStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Path, "unlink", _failing(errno.EIO))
    with pytest.raises(IncompleteBody):
        await store.put(BLOB, body(noise(300 * KIB)), size=MIB)
    assert f"half of blob {BLOB} is left" in caplog.text


async def test_a_check_of_a_full_disk_says_so(store: DiskBlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _failing(errno.ENOSPC))
    with pytest.raises(StoreFull):
        await store.check()


async def test_a_disk_that_does_not_answer_is_given_up(store: DiskBlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: answer.wait())
    monkeypatch.setattr(store, "_threads", Threads("disk", limit=0.01))
    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await store.check()
    answer.set()


async def test_a_directory_that_may_not_be_written_is_our_fault(store: DiskBlobStore, incoming: Path) -> None:
    os.chmod(incoming, 0o500)  # noqa: PTH101  # the linter takes the method for a blocking one, and the function not
    if os.access(incoming, os.W_OK):
        pytest.skip("this user may write anywhere")
    for use in (store.check, lambda: put(store, b"x")):
        with pytest.raises(StoreUnavailable, match="Permission denied"):
            await use()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MiB, where this user may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting takes more rights than these")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


async def test_a_full_disk_refuses_and_gives_its_room_back(small_disk: Path) -> None:
    store = await prepared(small_disk / "blobs")
    kept = await put(store, noise(MIB), blob=BLOB)
    for size in (3 * MIB, None):
        with pytest.raises(StoreFull):
            await store.put(fresh(), body(*[noise(MIB)] * 3), size=size)
    assert await read_whole(store, kept) == noise(MIB)
    await store.delete([(BLOB, kept.locator)])
    assert files(small_disk) == []
    assert await read_whole(store, await put(store, noise(2 * MIB))) == noise(2 * MIB)
