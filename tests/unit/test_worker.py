"""The worker: what it takes, how it keeps it, and how it lets go."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from buckets.errors import CatalogUnavailable, NoSuchBucket
from buckets.memory.jobs import MemoryJobs
from buckets.model.job import LOST, Done, Failed, Job, JobOutcome, JobState, LeaseState, NewJob, Progress, Schedule
from buckets.names import JobId
from gateway.system import SystemIds
from gateway.worker.runner import Handler, Task, Worker
from tests.factories.values import ManualClock

POLL = 1.0
LEASE = timedelta(seconds=30)
PERIOD = 10.0
SCAN = NewJob(kind="scan", most_attempts=3)
STRANGER = UUID("01941b2e-9f6a-7c3d-8e4f-000000000002")


@dataclass
class Pauses:
    """Pauses that end when the test says so; the clock moves with them."""

    clock: ManualClock
    _sleepers: list[tuple[float, "asyncio.Future[None]"]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, seconds: float) -> None:
        sleeper = (seconds, asyncio.get_running_loop().create_future())
        async with self._changed:
            self._sleepers.append(sleeper)
            self._changed.notify_all()
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    async def end(self, seconds: float, *, sleepers: int = 1) -> None:
        """As soon as so many sleep so long, their time is over."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._sleeping(seconds)) >= sleepers)
        self.clock.advance(timedelta(seconds=seconds))
        for sleeper in self._sleeping(seconds):
            sleeper.set_result(None)

    def _sleeping(self, seconds: float) -> list["asyncio.Future[None]"]:
        return [sleeper for length, sleeper in self._sleepers if length == seconds and not sleeper.done()]


@dataclass(slots=True)
class WatchedJobs(MemoryJobs):
    """Jobs that say when something was settled, and that can be away."""

    settled: "asyncio.Queue[Job]" = field(default_factory=asyncio.Queue)
    beats: "asyncio.Queue[LeaseState]" = field(default_factory=asyncio.Queue)
    away: set[str] = field(default_factory=set)
    asked: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    gate: asyncio.Event | None = None

    def ask(self, name: str) -> None:
        self.asked.put_nowait(name)
        if name in self.away:
            raise CatalogUnavailable("it is shutting down")

    async def claim(self, kinds: Collection[str], *, holder: UUID, lasting: timedelta) -> Job | None:
        self.ask("claim")
        job = await MemoryJobs.claim(self, kinds, holder=holder, lasting=lasting)
        if self.gate:
            await self.gate.wait()
        return job

    async def heartbeat(self, job: Job, *, holder: UUID, lasting: timedelta, progress: Progress | None = None) -> LeaseState:
        self.ask("heartbeat")
        state = await MemoryJobs.heartbeat(self, job, holder=holder, lasting=lasting, progress=progress)
        self.beats.put_nowait(state)
        return state

    async def settle(self, job: Job, *, holder: UUID, outcome: JobOutcome, progress: Progress | None = None) -> bool:
        self.ask("settle")
        told = await MemoryJobs.settle(self, job, holder=holder, outcome=outcome, progress=progress)
        self.settled.put_nowait(self.entries[job.id].job)
        return told

    async def tick(self) -> list[JobId]:
        self.ask("tick")
        return list(await MemoryJobs.tick(self))

    async def until_asked(self, name: str) -> None:
        while await self.asked.get() != name:
            pass


class Stage:
    """Jobs, and workers over them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pauses = Pauses(self.clock)
        self.jobs = WatchedJobs(ids=SystemIds(), clock=self.clock)

    async def add(self, job: NewJob = SCAN) -> JobId:
        [added] = await self.jobs.enqueue([job])
        return added

    async def job(self, number: JobId) -> Job:
        job = await self.jobs.find(number)
        assert job is not None
        return job

    @asynccontextmanager
    async def working(self, handlers: Handler | Mapping[str, Handler], **bounds: Any) -> AsyncIterator["asyncio.Task[None]"]:
        """A worker at work; shut down at the end."""
        named = handlers if isinstance(handlers, Mapping) else {"scan": handlers}
        worker = Worker(self.jobs, named, ids=SystemIds(), clock=self.clock, lasting=LEASE, poll=POLL, pause=self.pauses, **bounds)
        running = asyncio.create_task(worker.run())
        try:
            yield running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@pytest.fixture
def stage() -> Stage:
    return Stage()


@dataclass
class Held:
    """A handler that holds on to its job until it is let go."""

    outcome: Done | Failed = field(default_factory=Done)
    began: "asyncio.Queue[Task]" = field(default_factory=asyncio.Queue)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, task: Task) -> Done | Failed:
        self.began.put_nowait(task)
        try:
            await self.go.wait()
        finally:
            self.ended.set()
        return self.outcome


def raising(error: BaseException) -> Handler:
    async def handle(task: Task) -> Done | Failed:
        raise error

    return handle


async def done(task: Task) -> Done:
    return Done({"kind": task.job.kind})


async def test_a_job_is_handled_and_its_result_is_kept(stage: Stage) -> None:
    await stage.add()
    async with stage.working(done):
        job = await stage.jobs.settled.get()
    assert (job.state, job.result) == (JobState.DONE, {"kind": "scan"})


async def test_each_kind_has_its_handler_and_a_kind_without_one_waits(stage: Stage) -> None:
    for kind in ("unknown", "scan", "copy"):
        await stage.add(NewJob(kind=kind))
    async with stage.working({"scan": done, "copy": done}):
        settled = [await stage.jobs.settled.get() for _ in range(2)]
        await stage.pauses.end(POLL, sleepers=2)
    assert sorted(job.kind for job in settled) == ["copy", "scan"]
    assert [job.kind for job in await stage.jobs.page(state=JobState.WAITING, limit=9)] == ["unknown"]


async def test_as_many_jobs_run_at_once_as_allowed(stage: Stage) -> None:
    for _ in range(3):
        await stage.add()
    handler = Held()
    async with stage.working(handler, concurrency=2):
        for _ in range(2):
            await handler.began.get()
        await stage.pauses.end(POLL)
        await stage.jobs.until_asked("tick")
        assert len(await stage.jobs.page(state=JobState.RUNNING, limit=9)) == 2
        handler.go.set()
        for _ in range(3):
            assert (await stage.jobs.settled.get()).state is JobState.DONE


async def test_an_idle_worker_looks_again_after_a_pause(stage: Stage) -> None:
    async with stage.working(done):
        await stage.pauses.end(POLL, sleepers=2)
        await stage.add()
        await stage.pauses.end(POLL)
        assert (await stage.jobs.settled.get()).state is JobState.DONE


async def test_a_schedule_is_followed(stage: Stage) -> None:
    await stage.jobs.ensure_schedule(Schedule(name="nightly", kind="scan", every=timedelta(seconds=POLL)))
    async with stage.working(done):
        for _ in range(3):
            await stage.pauses.end(POLL, sleepers=2)
            assert (await stage.jobs.settled.get()).state is JobState.DONE


async def test_a_fault_of_ours_is_tried_again_and_tells_why(stage: Stage) -> None:
    await stage.add()
    async with stage.working(raising(NoSuchBucket("photos"))):
        for attempt in (1, 2):
            job = await stage.jobs.settled.get()
            assert (job.state, job.attempt, job.error) == (JobState.WAITING, attempt, "There is no bucket named photos.")
            stage.clock.advance(timedelta(hours=1))
            await stage.pauses.end(POLL, sleepers=2)
        assert (await stage.jobs.settled.get()).state is JobState.DEAD


async def test_an_unforeseen_error_is_logged_once_and_told_to_nobody_else(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.add()
    async with stage.working(raising(KeyError("a secret"))):
        job = await stage.jobs.settled.get()
    assert (job.state, job.attempt, job.error) == (JobState.WAITING, 1, "Something went wrong that nobody foresaw.")
    [record] = caplog.records
    assert str(job.id) in record.getMessage()
    assert "a secret" not in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], KeyError)


async def test_a_handler_may_say_that_there_is_no_point_in_trying_again(stage: Stage) -> None:
    await stage.add()
    handler = Held(Failed("no such bucket", retry=False))
    handler.go.set()
    async with stage.working(handler):
        job = await stage.jobs.settled.get()
    assert (job.state, job.error) == (JobState.DEAD, "no such bucket")


async def test_a_handler_that_was_interrupted_by_something_else_has_failed(stage: Stage) -> None:
    await stage.add()
    async with stage.working(raising(asyncio.CancelledError())):
        job = await stage.jobs.settled.get()
    assert (job.state, job.attempt) == (JobState.WAITING, 1)
    assert job.error


async def test_heartbeats_keep_the_lease_and_tell_the_progress(stage: Stage) -> None:
    number = await stage.add()
    handler = Held()
    async with stage.working(handler):
        task = await handler.began.get()
        for copied in range(5):
            task.report({"copied": copied})
            await stage.pauses.end(PERIOD)
            assert await stage.jobs.beats.get() is LeaseState.HELD
            assert (await stage.job(number)).progress == {"copied": copied}
        assert await stage.jobs.claim(["scan"], holder=STRANGER, lasting=LEASE) is None
        task.report({"copied": 5})
        handler.go.set()
        job = await stage.jobs.settled.get()
    assert (job.state, job.attempt, job.progress) == (JobState.DONE, 1, {"copied": 5})


async def test_a_handler_learns_that_it_should_stop(stage: Stage) -> None:
    number = await stage.add()
    handler = Held(Failed("stopped"))
    async with stage.working(handler):
        task = await handler.began.get()
        learned = [task.cancelled]
        await stage.jobs.cancel(number)
        for _ in range(2):
            await stage.pauses.end(PERIOD)
            assert await stage.jobs.beats.get() is LeaseState.CANCEL_REQUESTED
        learned.append(task.cancelled)
        assert learned == [False, True]
        handler.go.set()
        assert (await stage.jobs.settled.get()).state is JobState.CANCELLED


async def test_a_shutdown_gives_jobs_back_at_once(stage: Stage) -> None:
    numbers = [await stage.add() for _ in range(2)]
    handler = Held()
    async with stage.working(handler):
        for _ in numbers:
            (await handler.began.get()).report({"copied": 3})
    assert handler.ended.is_set()
    for number in numbers:
        job = await stage.job(number)
        assert (job.state, job.attempt, job.progress) == (JobState.WAITING, 0, {"copied": 3})
    async with stage.working(done):
        assert (await stage.jobs.settled.get()).attempt == 0


async def test_what_is_done_by_the_time_of_a_shutdown_stays_done(stage: Stage) -> None:
    number = await stage.add()
    began = asyncio.Event()

    async def finish_first(task: Task) -> Done:
        began.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return Done()

    async with stage.working(finish_first):
        await began.wait()
    assert (await stage.job(number)).state is JobState.DONE


async def test_a_shutdown_does_not_wait_for_a_handler_that_does_not_stop(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    number = await stage.add()
    began, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stubborn(task: Task) -> Done:
        began.set()
        while not go.is_set():
            with suppress(asyncio.CancelledError):
                await go.wait()
        ended.set()
        return Done()

    async with stage.working(stubborn, grace=0.0):
        await began.wait()
    assert (await stage.job(number)).state is JobState.RUNNING
    assert "does not stop" in caplog.text
    go.set()
    await ended.wait()


async def test_a_job_that_is_being_claimed_during_a_shutdown_is_given_back(stage: Stage) -> None:
    number = await stage.add()
    stage.jobs.gate = asyncio.Event()
    async with stage.working(done) as running:
        await stage.jobs.until_asked("claim")
        running.cancel()
        stage.jobs.gate.set()
    job = await stage.job(number)
    assert (job.state, job.attempt) == (JobState.WAITING, 0)


async def test_a_lost_lease_stops_the_handler(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.add()
    handler = Held()
    async with stage.working(handler, concurrency=1):
        await handler.began.get()
        stage.clock.advance(2 * LEASE)
        theirs = await stage.jobs.claim(["scan"], holder=STRANGER, lasting=LEASE)
        assert theirs is not None
        await stage.pauses.end(PERIOD)
        await handler.ended.wait()
        assert await stage.jobs.settled.get() == theirs
    assert (theirs.attempt, theirs.error) == (2, LOST)
    assert "not ours any more" in caplog.text


async def test_a_handler_stops_before_a_lease_that_cannot_be_prolonged_is_over(stage: Stage) -> None:
    number = await stage.add()
    handler = Held()
    stage.jobs.away = {"heartbeat"}
    async with stage.working(handler, concurrency=1):
        await handler.began.get()
        began = stage.clock.now()
        for _ in range(2):
            assert not handler.ended.is_set()
            await stage.pauses.end(PERIOD)
        await handler.ended.wait()
        assert stage.clock.now() < began + LEASE
        await stage.jobs.settled.get()
        assert await handler.began.get() is not None
    assert (await stage.job(number)).attempt == 0


async def test_one_heartbeat_may_fail(stage: Stage) -> None:
    await stage.add()
    handler = Held()
    async with stage.working(handler):
        await handler.began.get()
        for away in (True, False) * 3:
            stage.jobs.away = {"heartbeat"} if away else set()
            await stage.pauses.end(PERIOD)
            await stage.jobs.until_asked("heartbeat")
        assert not handler.ended.is_set()
        handler.go.set()
        assert (await stage.jobs.settled.get()).attempt == 1


async def test_a_worker_outlives_a_catalog_that_is_away_and_says_so_once(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    await stage.add()
    stage.jobs.away = {"tick", "claim"}
    async with stage.working(done):
        for _ in range(3):
            await stage.pauses.end(POLL, sleepers=2)
        stage.jobs.away = set()
        await stage.pauses.end(POLL, sleepers=2)
        assert (await stage.jobs.settled.get()).state is JobState.DONE
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_a_settlement_is_told_when_the_catalog_is_back(stage: Stage) -> None:
    await stage.add()
    stage.jobs.away = {"settle"}
    async with stage.working(done, concurrency=1):
        for _ in range(3):
            await stage.jobs.until_asked("settle")
            await stage.pauses.end(POLL, sleepers=2)
        stage.jobs.away = set()
        await stage.pauses.end(POLL, sleepers=1)
        assert (await stage.jobs.settled.get()).state is JobState.DONE


async def test_a_settlement_that_cannot_be_told_is_given_up(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    number = await stage.add()
    stage.jobs.away = {"settle"}
    async with stage.working(done, concurrency=1, grace=0.0):
        await stage.jobs.until_asked("settle")
        await stage.jobs.until_asked("claim")
    assert (await stage.job(number)).state is JobState.RUNNING
    assert "run again" in caplog.text


async def test_a_bug_in_the_worker_ends_it(stage: Stage) -> None:
    class BrokenJobs(WatchedJobs):
        async def tick(self) -> list[JobId]:
            raise ZeroDivisionError

    stage.jobs = BrokenJobs(ids=SystemIds(), clock=stage.clock)
    with pytest.raises(ExceptionGroup) as caught:
        async with stage.working(done) as running:
            await running
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]
