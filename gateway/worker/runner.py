"""Runs jobs: takes what is due, keeps its lease while a handler works on it, and says how it ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias, TypeVar

from buckets.errors import StorageError, Unforeseen
from buckets.model.job import Done, Failed, Job, JobOutcome, LeaseState, Progress, Released
from buckets.ports import Clock, Ids, Jobs

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class Task:
    """What a handler has of its job. `cancelled` says that it was asked to stop: it may return Failed, and the job is cancelled."""

    job: Job
    cancelled: bool = False
    progress: Progress | None = None

    def report(self, progress: Progress) -> None:
        """How far the job has come; the next heartbeat tells, and so does the end."""
        self.progress = progress


Handler: TypeAlias = Callable[[Task], Awaitable[Done | Failed]]
"""Runs a job of one kind, again after any failure. It is cancelled at shutdown, and when somebody else may have the job."""

Pause: TypeAlias = Callable[[float], Awaitable[None]]


class Worker:
    """Takes jobs for one process.

    A job whose worker was killed rests until `lasting` is over. `grace` bounds what a handler may take to stop, and a settlement.
    """

    def __init__(
        self,
        jobs: Jobs,
        handlers: Mapping[str, Handler],
        *,
        ids: Ids,
        clock: Clock,
        concurrency: int = 4,
        lasting: timedelta = timedelta(seconds=30),
        poll: float = 1.0,
        grace: float = 5.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._handlers = handlers
        self._holder = ids.uuid7()
        self._clock = clock
        self._concurrency = concurrency
        self._turn = asyncio.Lock()  # one of us asks for work at a time
        self._lasting = lasting
        self._period = lasting.total_seconds() / 3
        self._poll = poll
        self._grace = grace
        self._pause = pause
        self._is_cut_off = False

    async def run(self) -> None:
        """Work until cancelled. What is unfinished then goes back at once, for others to take."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick())
            for _ in range(self._concurrency):
                group.create_task(self._take_and_work())

    async def _tick(self) -> None:
        while True:
            await self._answer(self._jobs.tick())
            await self._pause(self._poll)

    async def _take_and_work(self) -> None:
        while True:
            async with self._turn:
                job = await self._next()
            await self._work(job)

    async def _next(self) -> Job:
        while (job := await self._answer(self._claim())) is None:
            await self._pause(self._poll)
        return job

    async def _claim(self) -> Job | None:
        """Not cut in the middle: a job that was claimed for nobody would rest until its lease is over."""
        claiming = asyncio.create_task(self._jobs.claim(self._handlers.keys(), holder=self._holder, lasting=self._lasting))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with suppress(StorageError, TimeoutError):
                async with asyncio.timeout(self._grace):
                    if job := await claiming:
                        await self._settle(Task(job), Released())
            raise

    async def _work(self, job: Job) -> None:
        task = Task(job)
        handling = asyncio.create_task(self._handle(task))
        keeping = asyncio.create_task(self._keep(task))
        try:
            await asyncio.wait({handling, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            handling.cancel()
            keeping.cancel()
            await asyncio.wait({handling, keeping}, timeout=self._grace)
            if handling.done():
                await self._settle(task, _outcome(handling))
            else:
                _log.error("The handler of job %s (%s) does not stop; its lease is left to run out", job.id, job.kind)

    async def _handle(self, task: Task) -> Done | Failed:
        try:
            return await self._handlers[task.job.kind](task)
        except StorageError as fault:
            return Failed(str(fault))
        except Exception:  # noqa: BLE001 - a handler that breaks ends its attempt, not the worker
            _log.exception("Job %s (%s) failed in its attempt %d", task.job.id, task.job.kind, task.job.attempt)
            return Failed(str(Unforeseen()))

    async def _keep(self, task: Task) -> None:
        """Heartbeats, until the lease is lost or could be before another one arrives."""
        kept = self._clock.monotonic()
        while self._clock.monotonic() - kept < 2 * self._period:
            await self._pause(self._period)
            asked = self._clock.monotonic()
            state = await self._beat(task)
            if state is LeaseState.LOST:
                return
            if state is not None:
                kept = asked

    async def _beat(self, task: Task) -> LeaseState | None:
        """None when nobody answered in time."""
        beat = self._jobs.heartbeat(task.job, holder=self._holder, lasting=self._lasting, progress=task.progress)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._period):
                state = await self._answer(beat)
                task.cancelled |= state is LeaseState.CANCEL_REQUESTED
                return state
        return None

    async def _settle(self, task: Task, outcome: JobOutcome) -> None:
        """Asked again while the catalog is away. Where that takes too long, the lease runs out and the job is run once more."""
        try:
            async with asyncio.timeout(self._grace):
                while (was_ours := await self._answer(self._settlement(task, outcome))) is None:
                    await self._pause(self._poll)
        except TimeoutError:
            _log.warning("Job %s (%s) could not be settled and will be run again", task.job.id, task.job.kind)
        else:
            if not was_ours:
                _log.warning("Job %s (%s) is not ours any more", task.job.id, task.job.kind)

    def _settlement(self, task: Task, outcome: JobOutcome) -> Awaitable[bool]:
        return self._jobs.settle(task.job, holder=self._holder, outcome=outcome, progress=task.progress)

    async def _answer(self, question: Awaitable[_Answer]) -> _Answer | None:
        """None when the catalog is away. That is said once, until it is back."""
        try:
            answer = await question
        except StorageError as fault:
            if not self._is_cut_off:
                _log.warning("Jobs have to wait: %s", fault)
            self._is_cut_off = True
            return None
        self._is_cut_off = False
        return answer


def _outcome(handling: "asyncio.Task[Done | Failed]") -> JobOutcome:
    """A handler that we cancelled gives its job back; one that was interrupted otherwise has failed."""
    if not handling.cancelled():
        return handling.result()
    return Released() if handling.cancelling() else Failed("It was interrupted.")
