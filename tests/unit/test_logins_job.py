"""Logins that are over are removed by a job that comes again and again."""

from dataclasses import replace
from datetime import timedelta

from buckets.memory.catalog import MemoryCatalog
from buckets.memory.jobs import MemoryJobs
from buckets.model.job import Done
from gateway.build.work import schedule
from gateway.system import SystemClock, SystemIds
from gateway.worker.logins import LOGINS, logins_handler
from gateway.worker.runner import Task
from gateway.worker.settings import AuditSettings, WorkerSettings
from tests.factories import values
from tests.suites.catalog_logins import login_of


async def test_all_of_them_go_and_the_good_ones_stay() -> None:
    catalog, user = MemoryCatalog(ids=SystemIds(), clock=SystemClock()), values.user()
    over = [login_of(user, ends_in=-1) for _ in range(2500)]
    good = replace(over[0], id=login_of(user).id, expires_at=login_of(user).expires_at)
    catalog.logins = {login.id: login for login in (*over, good)}
    jobs = MemoryJobs(SystemIds(), SystemClock())
    await schedule(jobs, WorkerSettings(), AuditSettings())
    await jobs.tick()
    job = await jobs.claim([LOGINS], holder=SystemIds().uuid7(), lasting=timedelta(minutes=1))
    assert job
    assert await logins_handler(catalog.forget_logins)(Task(job)) == Done({"removed": 2500})
    assert [*catalog.logins] == [good.id]
