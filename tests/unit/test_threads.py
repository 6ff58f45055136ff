"""Blocking calls on threads: none is left half-way, and none is waited for without end."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from seaweedfs.threads import Threads


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a call waits for; opened at the end at the latest."""
    gate = threading.Event()
    yield gate
    gate.set()


async def _blocked(threads: Threads, gate: threading.Event) -> asyncio.Task[bool]:
    """A call that has begun and waits at the gate."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return gate.wait()

    running = asyncio.create_task(threads.call(work))
    await begun.wait()
    return running


async def test_a_call_gives_its_result_or_its_fault() -> None:
    threads = Threads("test")
    assert await threads.call(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await threads.call(divmod, 1, 0)


async def test_a_call_runs_beside_the_loop() -> None:
    assert await Threads("test").call(threading.get_ident) != threading.get_ident()


async def test_a_cancelled_call_has_ended_when_the_cancellation_comes_out(gate: threading.Event) -> None:
    running = await _blocked(Threads("test"), gate)
    for _ in range(3):
        running.cancel()
        await asyncio.wait((running,), timeout=0)
        assert not running.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_call_cancelled_before_it_began_never_begins(gate: threading.Event) -> None:
    threads = Threads("test", size=1)
    blocking = await _blocked(threads, gate)
    called: list[int] = []
    waiting = asyncio.create_task(threads.call(called.append, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    await blocking
    await threads.call(called.append, 2)
    assert called == [2]


async def test_a_call_that_hangs_is_given_up(gate: threading.Event) -> None:
    with pytest.raises(TimeoutError, match="did not answer in time"):
        await Threads("test", limit=0.01).call(gate.wait)


async def test_a_call_that_was_given_up_while_it_waited_never_begins(gate: threading.Event) -> None:
    threads = Threads("test", size=1, limit=0.01)
    called: list[int] = []
    for work in (gate.wait, lambda: called.append(1)):
        with pytest.raises(TimeoutError):
            await threads.call(work)
    gate.set()
    threads._limit = 30
    await threads.call(called.append, 2)
    assert called == [2]
