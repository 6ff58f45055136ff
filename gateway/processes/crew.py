"""Starts the workers, starts again who dies, and ends them all together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from signal import SIGINT, SIGKILL, SIGTERM

from gateway.processes.worker import Worker

_log = logging.getLogger(__name__)
_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_STEADY = 30.0
_WELL = (0, -SIGTERM)
"""How a worker ends that was told to: in good order, or at once where it did not serve yet."""


class Crew:
    """All workers. `patience` is how long they may take to end."""

    def __init__(self, workers: Sequence[Worker], *, patience: float) -> None:
        self._workers = workers
        self._patience = patience
        self._ready = False
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._lives: list[asyncio.Task[int]] = []

    async def run(self, on_ready: Callable[[], None]) -> bool:
        """Until SIGTERM, SIGINT, or a worker that does not even come to serve; whether all ended well.

        A second signal kills who has not ended yet.
        """
        for number in (SIGINT, SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._told)
        beginning = asyncio.create_task(self._begin(on_ready))
        await self._stop.wait()
        return await self._end(asyncio.create_task(self._all_over(beginning)))

    def _told(self) -> None:
        (self._hurry if self._stop.is_set() else self._stop).set()

    async def _begin(self, on_ready: Callable[[], None]) -> None:
        """The first alone: what is wrong with the settings, or with what they lead to, is said once then."""
        try:
            if await self._serving(self._workers[:1]) and await self._serving(self._workers[1:]):
                on_ready()
                self._ready = True
        finally:
            if not self._ready:
                self._stop.set()

    async def _serving(self, workers: Sequence[Worker]) -> bool:
        for worker in workers:
            await self._start(worker)
            self._lives.append(asyncio.create_task(self._live(worker)))
        return all(await asyncio.gather(*(worker.serves() for worker in workers))) and not self._stop.is_set()

    async def _start(self, worker: Worker) -> None:
        with _noted("A worker cannot be started"):
            await worker.start()
        if self._stop.is_set():  # the others have been told already
            worker.tell(SIGTERM)

    async def _live(self, worker: Worker) -> int:
        """One life after the other, until we stop; the status that the last one ended with."""
        pause = 0.0
        while True:
            began = asyncio.get_running_loop().time()
            status = await worker.ended()
            if self._stop.is_set():
                return status
            if self._ready or status < 0:  # one that ended by itself before it served has said why
                _log.warning("A worker has ended", extra={"worker": worker.place.number, "status": status})
            if not self._ready:
                self._stop.set()
                return status
            pause = next_pause(pause, lasted=asyncio.get_running_loop().time() - began)
            if await self._stops_within(pause, worker):
                return status
            await self._start(worker)

    async def _stops_within(self, pause: float, worker: Worker) -> bool:
        with _noted("The figures of a worker that has ended stay"):
            worker.place.figures.renew()
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({stopping}, timeout=pause)
        stopping.cancel()
        return self._stop.is_set()

    async def _end(self, over: "asyncio.Task[Sequence[int]]") -> bool:
        """Our own sockets first: as long as we hold them open, clients wait at them for nobody."""
        for worker in self._workers:
            worker.place.close()
            worker.tell(SIGTERM)
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({over, hurry}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not over.done():
            _log.error("Workers do not end and are killed")
            for worker in self._workers:
                worker.tell(SIGKILL)
        return self._ready and all(status in _WELL for status in await over)

    async def _all_over(self, beginning: Awaitable[None]) -> Sequence[int]:
        await beginning
        return await asyncio.gather(*self._lives)


def next_pause(before: float, *, lasted: float) -> float:
    """Seconds until another one is started: ever more for those that never last."""
    return _SHORTEST_PAUSE if lasted > _STEADY else min(max(2 * before, _SHORTEST_PAUSE), _LONGEST_PAUSE)


@contextmanager
def _noted(what: str) -> Iterator[None]:
    """A machine without memory, processes or room is no reason to give up the workers that there are."""
    try:
        yield
    except OSError as error:
        _log.error("%s: %s", what, error.strerror)
