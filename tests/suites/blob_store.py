"""What every store of blobs promises."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from buckets.errors import BlobCorrupt, BlobMissing, ClientGone, IncompleteBody, StorageError, StoreUnavailable
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore
from tests.factories.bodies import KIB, MIB, body, broken, endless, noise, stalled


def fresh() -> BlobId:
    return BlobId(uuid4())


async def put(store: BlobStore, *chunks: bytes, blob: BlobId | None = None) -> Stored:
    return await store.put(blob or fresh(), body(*chunks), size=sum(map(len, chunks)))


async def read(store: BlobStore, locator: str, offset: int, length: int) -> bytes:
    async with store.open(locator, Span(offset, length)) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def read_whole(store: BlobStore, stored: Stored) -> bytes:
    return await read(store, stored.locator, 0, stored.size)


async def listed(store: BlobStore) -> list[str]:
    return sorted([stored.locator async for stored in store.walk()])


async def cancelled(running: asyncio.Task[Any]) -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


class BlobStoreSuite:
    """A subclass supplies the fixture `store`, empty, and where its medium can fail the fixture `broken_store`; nothing else."""

    @pytest.fixture
    def broken_store(self) -> BlobStore:
        """A store whose medium does not answer."""
        pytest.skip("this store has no medium that could fail")

    def held(self) -> int:
        """How many descriptors, and so files and connections, are open."""
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    async def test_a_body_comes_back_as_it_was(self, store: BlobStore) -> None:
        stored = await put(store, b"hello ", b"world")
        assert await read_whole(store, stored) == b"hello world"

    async def test_a_put_says_what_it_stored(self, store: BlobStore) -> None:
        stored = await put(store, b"123", b"456")
        assert stored.size == await store.stat(stored.locator) == 6

    async def test_empty_chunks_are_nothing(self, store: BlobStore) -> None:
        stored = await put(store, b"", b"ab", b"", b"", b"c", b"")
        assert await read_whole(store, stored) == b"abc"

    @pytest.mark.parametrize("chunks", [(), (b"",)])
    async def test_an_empty_blob_can_be_stored(self, store: BlobStore, chunks: tuple[bytes, ...]) -> None:
        stored = await put(store, *chunks)
        assert (stored.size, await store.stat(stored.locator), await read_whole(store, stored)) == (0, 0, b"")

    async def test_a_size_need_not_be_known(self, store: BlobStore) -> None:
        stored = await store.put(fresh(), body(b"12", b"345"), size=None)
        assert (stored.size, await read_whole(store, stored)) == (5, b"12345")

    async def test_a_large_body_in_odd_chunks_comes_back_as_it_was(self, store: BlobStore) -> None:
        content = noise(5 * MIB)
        cuts = [0, 1, 8, 65_545, 65_546, 1_000_003, 3_000_017, 5 * MIB]
        stored = await put(store, *(content[start:end] for start, end in pairwise(cuts)))
        assert await read_whole(store, stored) == content

    async def test_a_body_in_very_many_small_chunks_comes_back_as_it_was(self, store: BlobStore) -> None:
        content = noise(300 * KIB)
        stored = await put(store, *(content[start : start + 61] for start in range(0, len(content), 61)))
        assert await read_whole(store, stored) == content

    @pytest.mark.parametrize(("offset", "length"), [(0, 3), (4, 2), (7, 3), (0, 10), (9, 1)])
    async def test_a_span_is_exactly_what_was_asked_for(self, store: BlobStore, offset: int, length: int) -> None:
        stored = await put(store, b"0123456789")
        assert await read(store, stored.locator, offset, length) == b"0123456789"[offset : offset + length]

    async def test_a_span_of_a_large_blob_may_lie_anywhere(self, store: BlobStore) -> None:
        content = noise(MIB)
        stored = await put(store, content)
        for span in (Span(0, 1), Span(256 * KIB - 1, 2), Span(100_001, 700_001), Span(MIB - 300_000, 300_000)):
            assert await read(store, stored.locator, span.offset, span.length) == content[span.offset : span.end]

    @pytest.mark.parametrize("offset", [0, 5, 10])
    async def test_a_span_of_nothing_is_empty(self, store: BlobStore, offset: int) -> None:
        stored = await put(store, b"0123456789")
        assert await read(store, stored.locator, offset, 0) == b""

    @pytest.mark.parametrize(("offset", "length"), [(0, 11), (9, 2), (10, 1), (50, 5)])
    async def test_a_span_beyond_the_end_is_corrupt(self, store: BlobStore, offset: int, length: int) -> None:
        stored = await put(store, b"0123456789")
        with pytest.raises(BlobCorrupt):
            await read(store, stored.locator, offset, length)

    @pytest.mark.parametrize("chunks", [(), (b"12",), (noise(600 * KIB),)])
    @pytest.mark.parametrize("fault", [ClientGone(), ConnectionResetError("of the client")])
    async def test_an_aborted_put_leaves_nothing(self, store: BlobStore, chunks: tuple[bytes, ...], fault: Exception) -> None:
        with pytest.raises(type(fault)):
            await store.put(fresh(), broken(*chunks, fault=fault), size=MIB)
        assert await listed(store) == []

    async def test_a_fault_of_the_body_comes_out_unchanged(self, store: BlobStore) -> None:
        fault = ClientGone()
        with pytest.raises(ClientGone) as raised:
            await store.put(fresh(), broken(b"12", fault=fault), size=None)
        assert raised.value is fault

    @pytest.mark.parametrize("chunks", [(), (b"12",), (noise(600 * KIB), b"12")])
    async def test_a_short_put_leaves_nothing(self, store: BlobStore, chunks: tuple[bytes, ...]) -> None:
        with pytest.raises(IncompleteBody) as fault:
            await store.put(fresh(), body(*chunks), size=MIB)
        assert (fault.value.declared, fault.value.received) == (MIB, sum(map(len, chunks)))
        assert await listed(store) == []

    @pytest.mark.parametrize("size", [0, 5, 600 * KIB])
    async def test_a_long_put_is_refused_at_once_and_leaves_nothing(self, store: BlobStore, size: int) -> None:
        with pytest.raises(IncompleteBody) as fault:
            await store.put(fresh(), endless(b"1234"), size=size)
        assert fault.value.declared == size < fault.value.received
        assert await listed(store) == []

    async def test_a_name_is_written_once(self, store: BlobStore) -> None:
        blob = fresh()
        first = await put(store, b"first", blob=blob)
        with pytest.raises(StoreUnavailable):
            await put(store, b"second", blob=blob)
        assert await read_whole(store, first) == b"first"
        assert await listed(store) == [first.locator]

    async def test_an_empty_name_is_written_once_too(self, store: BlobStore) -> None:
        blob = fresh()
        await put(store, blob=blob)
        with pytest.raises(StoreUnavailable):
            await put(store, blob=blob)

    @pytest.mark.parametrize("size", [10, 600 * KIB])
    async def test_of_concurrent_puts_to_one_name_one_wins(self, store: BlobStore, size: int) -> None:
        blob = fresh()
        bodies = [bytes([number]) * size for number in range(8)]
        outcomes = await asyncio.gather(*(put(store, content, blob=blob) for content in bodies), return_exceptions=True)
        [winner] = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Stored)]
        assert all(isinstance(outcome, StoreUnavailable) for number, outcome in enumerate(outcomes) if number != winner)
        assert await read(store, (await listed(store))[0], 0, size) == bodies[winner]

    async def test_two_names_may_hold_the_same_bytes(self, store: BlobStore) -> None:
        first, second = await put(store, b"same"), await put(store, b"same")
        await store.delete([(fresh(), first.locator)])
        assert await read_whole(store, second) == b"same"

    async def test_a_locator_fits_its_column(self, store: BlobStore) -> None:
        assert 0 < len((await put(store, b"x")).locator.encode()) <= 64

    async def test_deleting_twice_is_no_error(self, store: BlobStore) -> None:
        blob = fresh()
        stored = await put(store, b"x", blob=blob)
        for _ in range(2):
            await store.delete([(blob, stored.locator)])
        assert await listed(store) == []

    async def test_deleting_what_never_was_is_no_error(self, store: BlobStore) -> None:
        kept = await put(store, b"kept")
        await store.delete([(fresh(), None), (fresh(), None)])
        await store.delete([])
        assert await listed(store) == [kept.locator]

    async def test_a_name_alone_is_enough_to_delete(self, store: BlobStore) -> None:
        blob = fresh()
        stored = await put(store, b"x", blob=blob)
        await store.delete([(blob, None)])
        with pytest.raises(BlobMissing):
            await store.stat(stored.locator)

    async def test_many_are_deleted_at_once_and_an_absent_one_hinders_none(self, store: BlobStore) -> None:
        names = [fresh() for _ in range(20)]
        stored = [await put(store, b"x", blob=blob) for blob in names]
        kept = await put(store, b"kept")
        await store.delete([(names[0], stored[0].locator)])
        await store.delete([(blob, stored.locator) for blob, stored in zip(names, stored, strict=True)])
        assert await listed(store) == [kept.locator]

    async def test_a_deleted_blob_is_missing_on_entry(self, store: BlobStore) -> None:
        blob = fresh()
        stored = await put(store, b"x", blob=blob)
        await store.delete([(blob, stored.locator)])
        with pytest.raises(BlobMissing):
            async with store.open(stored.locator, Span(0, 1)):
                pytest.fail("it was entered")

    async def test_the_size_of_a_missing_blob_is_not_known(self, store: BlobStore) -> None:
        blob = fresh()
        stored = await put(store, b"x", blob=blob)
        await store.delete([(blob, None)])
        with pytest.raises(BlobMissing):
            await store.stat(stored.locator)

    @pytest.mark.parametrize("size", [10, 2 * MIB])
    async def test_a_reader_that_came_before_the_delete_finishes(self, store: BlobStore, size: int) -> None:
        blob, content = fresh(), noise(size)
        stored = await put(store, content, blob=blob)
        async with store.open(stored.locator, Span(0, size)) as chunks:
            await store.delete([(blob, stored.locator)])
            assert b"".join([chunk async for chunk in chunks]) == content

    @pytest.mark.parametrize("drawn", [0, 1])
    async def test_a_reader_that_leaves_early_frees_what_it_held(self, store: BlobStore, drawn: int) -> None:
        stored = await put(store, noise(2 * MIB))
        await read_whole(store, stored)
        before = self.held()
        for _ in range(5):
            async with store.open(stored.locator, Span(0, stored.size)) as chunks:
                for _ in range(drawn):
                    assert await anext(chunks)
        assert self.held() <= before

    async def test_a_finished_reader_holds_nothing(self, store: BlobStore) -> None:
        stored = await put(store, noise(2 * MIB))
        await read_whole(store, stored)
        before = self.held()
        for _ in range(5):
            await read_whole(store, stored)
        assert self.held() <= before

    @pytest.mark.parametrize("spins", range(0, 12, 2))
    async def test_a_cancelled_reader_frees_what_it_held(self, store: BlobStore, spins: int) -> None:
        stored = await put(store, noise(2 * MIB))
        await read_whole(store, stored)
        before = self.held()

        async def over_and_over() -> None:
            while True:
                await read_whole(store, stored)
                await asyncio.sleep(0)  # reading memory waits for nothing

        await cancelled(await self._begun(over_and_over(), spins))
        assert self.held() <= before

    @pytest.mark.parametrize("chunks", [(), (b"12",), (noise(600 * KIB),)])
    async def test_a_put_cancelled_while_it_waits_leaves_nothing(self, store: BlobStore, chunks: tuple[bytes, ...]) -> None:
        await put(store, b"warm", blob=(warm := fresh()))
        await store.delete([(warm, None)])
        assert await listed(store) == []  # which keeps a connection too
        before, reached = self.held(), asyncio.Event()
        putting = asyncio.create_task(store.put(fresh(), stalled(*chunks, reached=reached), size=None))
        await reached.wait()
        await cancelled(putting)
        assert await listed(store) == []
        assert self.held() <= before

    @pytest.mark.parametrize("spins", range(0, 12, 2))
    async def test_a_put_cancelled_at_any_moment_leaves_nothing(self, store: BlobStore, spins: int) -> None:
        putting = await self._begun(put(store, noise(600 * KIB)), spins)
        putting.cancel()
        try:
            kept = [(await putting).locator]  # it was done already
        except asyncio.CancelledError:
            kept = []
        assert await listed(store) == kept

    async def test_walking_finds_everything(self, store: BlobStore) -> None:
        stored = [await put(store, bytes(size)) for size in range(40)]
        found = [each async for each in store.walk()]
        assert sorted((each.locator, each.size) for each in found) == sorted((each.locator, each.size) for each in stored)

    async def test_walking_does_not_find_a_put_under_way(self, store: BlobStore) -> None:
        reached = asyncio.Event()
        putting = asyncio.create_task(store.put(fresh(), stalled(noise(600 * KIB), reached=reached), size=None))
        await reached.wait()
        assert await listed(store) == []
        await cancelled(putting)

    async def test_a_walk_can_be_left_early(self, store: BlobStore) -> None:
        for _ in range(3):
            await put(store, b"x")
        walk = store.walk()
        assert (await anext(walk)).size == 1
        assert len(await listed(store)) == 3

    async def test_many_at_once_do_not_mix(self, store: BlobStore) -> None:
        async def there_and_back(size: int) -> bool:
            stored = await put(store, noise(size)[: size // 2], noise(size)[size // 2 :])
            return await read_whole(store, stored) == noise(size)

        assert all(await asyncio.gather(*(there_and_back(1000 * number) for number in range(50))))

    async def test_many_read_one_blob_at_once(self, store: BlobStore) -> None:
        content = noise(700 * KIB)
        stored = await put(store, content)
        assert await asyncio.gather(*(read_whole(store, stored) for _ in range(20))) == [content] * 20

    async def test_a_store_that_works_says_so(self, store: BlobStore) -> None:
        await asyncio.gather(store.check(), store.check())
        assert await listed(store) == []

    @pytest.mark.parametrize("verb", ["put", "put_large", "open", "stat", "delete", "walk", "check"])
    async def test_only_our_faults_come_out_of_a_broken_store(self, broken_store: BlobStore, store: BlobStore, verb: str) -> None:
        blob = fresh()
        locator = (await put(store, b"x", blob=blob)).locator
        uses: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "put": lambda: put(broken_store, b"x"),
            "put_large": lambda: put(broken_store, noise(600 * KIB)),
            "open": lambda: read(broken_store, locator, 0, 1),
            "stat": lambda: broken_store.stat(locator),
            "delete": lambda: broken_store.delete([(blob, locator)]),
            "walk": lambda: listed(broken_store),
            "check": broken_store.check,
        }
        with pytest.raises(StorageError) as fault:
            await uses[verb]()
        assert not isinstance(fault.value, BlobMissing), "what cannot be reached is not missing"

    async def _begun(self, work: Coroutine[Any, Any, Any], spins: int) -> asyncio.Task[Any]:
        """The work, after so many turns of the loop."""
        task = asyncio.create_task(work)
        for _ in range(spins):
            await asyncio.sleep(0)
        return task
