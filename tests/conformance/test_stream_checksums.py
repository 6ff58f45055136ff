"""The checksums that bodies pass on their way in keep the promises, and keep the event loop free."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from buckets.ports import Claims
from gateway.ingest.digests import StreamChecksums
from tests.factories.bodies import KIB, MIB, body
from tests.suites.checksums import ChecksumsSuite, cut, seen


class TestStreamChecksums(ChecksumsSuite):
    @pytest.fixture
    def checksums(self) -> StreamChecksums:
        return StreamChecksums()


class GatedThreads(ThreadPoolExecutor):
    """Threads that count what they are given, and begin it when the gate opens."""

    def __init__(self) -> None:
        super().__init__(max_workers=4)
        self.gate = threading.Event()
        self.given = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given += 1
        return super().submit(self._behind_gate, work, *args, **kwargs)

    def _behind_gate(self, work: Callable[..., Any], *args: Any) -> Any:
        self.gate.wait()
        return work(*args)


@pytest.fixture
async def threads() -> AsyncIterator[GatedThreads]:
    threads = GatedThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    yield threads
    threads.gate.set()


async def test_a_small_body_never_leaves_the_loop(threads: GatedThreads) -> None:
    await seen(StreamChecksums(), *cut(bytes(64 * KIB), [1000]))
    assert threads.given == 0


async def test_a_large_body_is_hashed_on_threads_in_large_pieces(threads: GatedThreads) -> None:
    threads.gate.set()
    await seen(StreamChecksums(), *cut(bytes(MIB + 100 * KIB), [KIB]))
    assert threads.given == 5


async def test_a_body_waits_when_hashing_falls_behind(threads: GatedThreads) -> None:
    drawn = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal drawn
        async for chunk in body(*[bytes(64 * KIB)] * 100):
            drawn += len(chunk)
            yield chunk

    async def look_on() -> int:
        async with StreamChecksums().inspect(Claims(), limit=100 * MIB) as inspection:
            async for _ in inspection.watch(counted()):
                pass
            return (await inspection.findings()).size

    looking = asyncio.create_task(look_on())
    for _ in range(1000):  # as far as it gets
        await asyncio.sleep(0)
    assert drawn == 512 * KIB
    threads.gate.set()
    assert await looking == 100 * 64 * KIB


async def test_leaving_waits_for_the_piece_that_is_being_hashed(threads: GatedThreads) -> None:
    inspecting = StreamChecksums().inspect(Claims(), limit=MIB)
    inspection = await inspecting.__aenter__()
    await anext(inspection.watch(body(bytes(MIB))))
    leaving = asyncio.ensure_future(inspecting.__aexit__(None, None, None))
    await asyncio.sleep(0)
    assert not leaving.done()
    threads.gate.set()
    await leaving
