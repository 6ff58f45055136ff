"""A worker is killed in the middle of a job, and another one finishes it. Run as a program, this file is the one that is killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from buckets.catalog.jobs import PostgresJobs
from buckets.catalog.pool import Pool
from buckets.model.job import LOST, Done, JobState, NewJob
from buckets.ports import Jobs
from gateway.system import SystemClock, SystemIds
from gateway.worker.runner import Handler, Task, Worker
from tests.fixtures.databases import Database, connected
from tests.fixtures.meters import RecordingMeter

IDS = SystemIds()
CHECKOUT = Path(__file__).parents[2]
LEASE = timedelta(hours=1)


async def test_a_job_whose_worker_was_killed_is_finished_by_another(database: Database, pool: Pool) -> None:
    jobs = PostgresJobs(pool, ids=IDS)
    [number] = await jobs.enqueue([NewJob(kind="copy", payload={"from": "a"})])
    with working_elsewhere(database) as victim:
        assert await said(victim) == f"{number} is begun\n"
        victim.kill()
        victim.wait()
    assert await jobs.claim(["copy"], holder=IDS.uuid7(), lasting=LEASE) is None
    async with connected(database.owner_dsn) as owner:
        await owner.execute("UPDATE job SET leased_until = leased_until - $1::interval", LEASE)

    taken = await work_off(jobs)

    job = await jobs.find(number)
    assert job is not None
    assert (taken.job.id, taken.job.attempt, taken.job.error) == (number, 2, LOST)
    assert (job.state, job.attempt, job.error, job.result) == (JobState.DONE, 2, None, {"copied": "a"})


async def work_off(jobs: Jobs) -> Task:
    """One job by a worker here, and the shutdown of that worker, which lets the end of the job be told."""
    taken: asyncio.Queue[Task] = asyncio.Queue()

    async def copy(task: Task) -> Done:
        taken.put_nowait(task)
        return Done({"copied": task.job.payload["from"]})

    running = asyncio.create_task(worker(jobs, copy).run())
    try:
        return await taken.get()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def worker(jobs: Jobs, handler: Handler) -> Worker:
    return Worker(jobs, {"copy": handler}, ids=IDS, clock=SystemClock(), lasting=LEASE)


@contextmanager
def working_elsewhere(database: Database) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "WORKER_DSN": database.service_dsn, "PYTHONPATH": str(CHECKOUT)}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, __file__], env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return await asyncio.to_thread(process.stdout.readline)


async def main() -> None:
    """Begin a job and never end it; gone with whoever holds our standard input."""
    pool = await Pool.open(RecordingMeter(), SystemClock(), dsn=os.environ["WORKER_DSN"])
    running = asyncio.create_task(worker(PostgresJobs(pool, ids=IDS), begin).run())
    await asyncio.to_thread(sys.stdin.read)
    running.cancel()


async def begin(task: Task) -> Done:
    print(task.job.id, "is begun", flush=True)  # noqa: T201
    await asyncio.Event().wait()
    return Done()


if __name__ == "__main__":
    asyncio.run(main())
