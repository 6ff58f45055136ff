"""Our own driver: processes that hold many conversations each, so that the server is the limit."""

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.bench.conversation import Conversation
from tests.bench.load import Load, Outcome, WrongAnswer

_PATIENCE = 120.0
"""Seconds for what is under way when the time is over."""


@dataclass(frozen=True, slots=True)
class Drivers:
    """Processes that share a load; they stay, so that nobody waits for their start."""

    processes: Sequence[ProcessPoolExecutor]

    def drive(self, load: Load) -> Outcome:
        parts = shared(load, len(self.processes))
        under_way = [process.submit(drive, part) for process, part in zip(self.processes, parts, strict=False)]
        return Outcome.together(each.result() for each in under_way)


@contextmanager
def drivers(count: int) -> Iterator[Drivers]:
    context = multiprocessing.get_context("spawn")
    processes = [ProcessPoolExecutor(1, mp_context=context) for _ in range(count)]
    try:
        yield Drivers(processes)
    finally:
        for process in processes:
            process.shutdown()


def shared(load: Load, count: int) -> Sequence[Load]:
    """The same load for so many drivers, or fewer, when there are not as many connections."""
    count = min(count, load.connections, len(load.heads))
    connections = [len(range(number, load.connections, count)) for number in range(count)]
    return [replace(load, heads=load.heads[number::count], connections=connections[number]) for number in range(count)]


def drive(load: Load) -> Outcome:
    """In this process, until it is over."""
    try:
        return asyncio.run(asyncio.wait_for(driven(load), (load.seconds or 0) + _PATIENCE))
    except TimeoutError as late:
        raise WrongAnswer(f"some answers were not there after {_PATIENCE:g} s") from late


async def driven(load: Load) -> Outcome:
    """On the loop that runs; the first wrong answer ends it all."""
    began, cpu = time.perf_counter(), time.process_time()
    take = _taking(load, began)
    try:
        async with asyncio.TaskGroup() as group:
            talks = [group.create_task(_talk(load, take)) for _ in range(load.connections)]
    except ExceptionGroup as wrong:
        raise wrong.exceptions[0] from None
    seconds = time.perf_counter() - began
    latencies = [each for talk in talks for each in talk.result()]
    return Outcome(answers=len(latencies), seconds=seconds, busy=(time.process_time() - cpu) / seconds, latencies=latencies)


async def _talk(load: Load, take: Callable[[], bytes | None]) -> list[float]:
    loop = asyncio.get_running_loop()
    try:
        transport, conversation = await loop.create_connection(lambda: Conversation(load, take), load.host, load.port)
    except OSError as gone:
        raise WrongAnswer(f"nobody answers at {load.host}:{load.port}") from gone
    try:
        return await conversation.ended
    finally:
        transport.close()


def _taking(load: Load, began: float) -> Callable[[], bytes | None]:
    if load.seconds is None:
        once = iter(load.heads)
        return lambda: next(once, None)
    heads, end = itertools.cycle(load.heads), began + load.seconds
    return lambda: next(heads) if time.perf_counter() < end else None
