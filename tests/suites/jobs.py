"""What every set of jobs promises."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import pytest

from buckets.model.job import LOST, Done, Failed, Job, JobState, LeaseState, NewJob, Released, Schedule
from buckets.names import AccountId, JobId, UserId
from buckets.ports import Jobs

Advance: TypeAlias = Callable[[timedelta], Awaitable[None]]

WE = UUID("01941b2e-9f6a-7c3d-8e4f-000000000001")
THEY = UUID("01941b2e-9f6a-7c3d-8e4f-000000000002")
ACCOUNT, OTHER_ACCOUNT = AccountId("123456789012"), AccountId("223456789012")
OWNER = UserId(UUID("01941b2e-9f6a-7c3d-8e4f-000000000003"))
LEASE = timedelta(minutes=1)
PAST_THE_LEASE = timedelta(minutes=2)
HOUR = timedelta(hours=1)
SWEEP = Schedule(name="nightly", kind="sweep", every=HOUR, payload={"deep": True})
PAYLOAD = {"texts": ["é", "\U0001f600", ""], "nested": {"a": [1, 2.5, None, False]}, "many": 2**53}


class JobsSuite:
    """A subclass supplies the fixtures `jobs` and `advance`, which lets time pass, and nothing else."""

    async def test_a_job_is_found_as_it_was_enqueued(self, jobs: Jobs) -> None:
        added = await add(jobs, NewJob(kind="scan", payload=PAYLOAD, account=ACCOUNT, owner=OWNER, most_attempts=3))
        job = await found(jobs, added)
        assert (job.id, job.kind, job.payload, job.account, job.owner) == (added, "scan", PAYLOAD, ACCOUNT, OWNER)
        assert (job.state, job.attempt, job.most_attempts) == (JobState.WAITING, 0, 3)
        assert (job.progress, job.error, job.result, job.cancel_requested) == ({}, None, None, False)
        assert job.run_at == job.created_at == job.updated_at

    async def test_an_unknown_job_is_not_found(self, jobs: Jobs) -> None:
        assert await jobs.find(JobId(WE)) is None
        await jobs.cancel(JobId(WE))

    async def test_ids_come_in_the_order_of_the_jobs(self, jobs: Jobs) -> None:
        added = await jobs.enqueue([NewJob(kind=kind) for kind in ("scan", "sweep", "copy")])
        assert [(await found(jobs, job)).kind for job in added] == ["scan", "sweep", "copy"]
        assert await jobs.enqueue([]) == []

    async def test_the_job_that_has_been_due_longest_comes_first(self, jobs: Jobs) -> None:
        first = await add(jobs)
        due = (await found(jobs, first)).run_at
        second = await add(jobs, NewJob(kind="scan", run_at=due - HOUR))
        third, fourth = await jobs.enqueue([NewJob(kind="scan", run_at=due - 2 * HOUR)] * 2)
        assert [(await claimed(jobs)).id for _ in range(4)] == [third, fourth, second, first]

    async def test_a_claimed_job_runs_its_first_attempt(self, jobs: Jobs) -> None:
        added = await add(jobs)
        job = await claimed(jobs)
        assert (job.id, job.state, job.attempt) == (added, JobState.RUNNING, 1)
        assert await found(jobs, added) == job

    async def test_a_job_is_not_claimed_before_its_time(self, jobs: Jobs, advance: Advance) -> None:
        now = (await found(jobs, await add(jobs, NewJob(kind="copy")))).created_at
        later = await add(jobs, NewJob(kind="scan", run_at=now + HOUR))
        assert await claim(jobs) is None
        await advance(HOUR)
        assert (await claimed(jobs)).id == later

    async def test_a_job_of_another_kind_is_not_claimed(self, jobs: Jobs) -> None:
        await add(jobs, NewJob(kind="sweep"))
        wanted = await add(jobs, NewJob(kind="copy"))
        job = await jobs.claim(["scan", "copy"], holder=WE, lasting=LEASE)
        assert job is not None
        assert job.id == wanted
        assert await jobs.claim(["scan", "copy"], holder=WE, lasting=LEASE) is None
        assert await jobs.claim([], holder=WE, lasting=LEASE) is None

    async def test_each_of_many_jobs_goes_to_one_of_many_claimers(self, jobs: Jobs) -> None:
        added = await jobs.enqueue([NewJob(kind="scan")] * 20)
        claims = await asyncio.gather(*(claim(jobs) for _ in range(40)))
        assert sorted(job.id for job in claims if job) == sorted(added)

    async def test_a_leased_job_is_nobody_elses(self, jobs: Jobs) -> None:
        await add(jobs)
        await claimed(jobs)
        assert await claim(jobs, by=THEY) is None

    async def test_a_job_whose_lease_ran_out_is_taken_over_and_its_attempt_counts(self, jobs: Jobs, advance: Advance) -> None:
        added = await add(jobs)
        await claimed(jobs)
        await advance(PAST_THE_LEASE)
        job = await claimed(jobs, by=THEY)
        assert (job.id, job.attempt, job.error) == (added, 2, LOST)
        assert await claim(jobs) is None

    async def test_one_of_many_takes_an_abandoned_job_over(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        await claimed(jobs)
        await advance(PAST_THE_LEASE)
        claims = await asyncio.gather(*(claim(jobs, by=THEY) for _ in range(8)))
        assert [job.attempt for job in claims if job] == [2]

    async def test_a_job_abandoned_in_its_last_attempt_is_dead(self, jobs: Jobs, advance: Advance) -> None:
        abandoned = await add(jobs, NewJob(kind="scan", most_attempts=1))
        await claimed(jobs)
        await advance(PAST_THE_LEASE)
        later = await add(jobs)
        assert (await claimed(jobs)).id == later
        job = await found(jobs, abandoned)
        assert (job.state, job.attempt, job.error) == (JobState.DEAD, 1, LOST)

    async def test_a_heartbeat_prolongs_the_lease(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        job = await claimed(jobs)
        for _ in range(3):
            await advance(LEASE * 0.9)
            assert await jobs.heartbeat(job, holder=WE, lasting=LEASE) is LeaseState.HELD
        assert await claim(jobs, by=THEY) is None

    async def test_a_heartbeat_after_a_takeover_says_that_the_lease_is_lost(self, jobs: Jobs, advance: Advance) -> None:
        before, after = await taken_over(jobs, advance)
        assert await jobs.heartbeat(before, holder=WE, lasting=LEASE, progress={"stolen": 1}) is LeaseState.LOST
        assert await found(jobs, after.id) == after

    async def test_a_holder_that_takes_its_own_job_over_has_lost_the_first_lease(self, jobs: Jobs, advance: Advance) -> None:
        before, after = await taken_over(jobs, advance, by=WE)
        assert await jobs.heartbeat(before, holder=WE, lasting=LEASE) is LeaseState.LOST
        assert not await jobs.settle(before, holder=WE, outcome=Done())
        assert await jobs.settle(after, holder=WE, outcome=Done())

    async def test_a_lease_that_ran_out_is_held_until_somebody_takes_it(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await advance(PAST_THE_LEASE)
        assert await jobs.heartbeat(job, holder=WE, lasting=LEASE) is LeaseState.HELD
        assert await claim(jobs, by=THEY) is None
        await advance(PAST_THE_LEASE)
        assert await jobs.settle(job, holder=WE, outcome=Done())

    async def test_a_heartbeat_tells_of_a_cancellation(self, jobs: Jobs) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.cancel(job.id)
        assert await jobs.heartbeat(job, holder=WE, lasting=LEASE) is LeaseState.CANCEL_REQUESTED

    async def test_progress_is_seen_and_stays_until_there_is_more(self, jobs: Jobs) -> None:
        added = await add(jobs)
        job = await claimed(jobs)
        await jobs.heartbeat(job, holder=WE, lasting=LEASE, progress={"copied": 3, "stage": "copying"})
        await jobs.heartbeat(job, holder=WE, lasting=LEASE)
        assert (await found(jobs, added)).progress == {"copied": 3, "stage": "copying"}
        await jobs.settle(job, holder=WE, outcome=Done(), progress={"copied": 7})
        assert (await found(jobs, added)).progress == {"copied": 7}

    async def test_a_job_tried_again_goes_on_from_its_progress(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.settle(job, holder=WE, outcome=Failed("not yet"), progress={"copied": 3})
        await advance(HOUR)
        job = await claimed(jobs)
        assert (job.attempt, job.progress, job.error) == (2, {"copied": 3}, "not yet")

    async def test_a_done_job_keeps_its_result_and_is_over(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        job = await claimed(jobs)
        assert await jobs.settle(job, holder=WE, outcome=Done(PAYLOAD))
        job = await found(jobs, job.id)
        assert (job.state, job.result, job.error, job.attempt) == (JobState.DONE, PAYLOAD, None, 1)
        await advance(HOUR)
        assert await claim(jobs) is None

    async def test_success_clears_the_error_of_the_attempt_before(self, jobs: Jobs, advance: Advance) -> None:
        _, job = await taken_over(jobs, advance)
        await jobs.settle(job, holder=THEY, outcome=Done())
        assert (await found(jobs, job.id)).error is None

    async def test_a_failed_job_is_not_tried_again_before_its_time(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs, NewJob(kind="scan", most_attempts=20))
        for _ in range(10):
            await advance(HOUR)
            await jobs.settle(await claimed(jobs), holder=WE, outcome=Failed("not yet"))
        await advance(timedelta(seconds=200))
        assert await claim(jobs) is None
        await advance(timedelta(seconds=512 - 200))
        assert (await claimed(jobs)).attempt == 11

    async def test_a_job_that_fails_in_its_last_attempt_is_dead(self, jobs: Jobs, advance: Advance) -> None:
        added = await add(jobs, NewJob(kind="scan", most_attempts=2))
        for reason in ("first", "second"):
            await jobs.settle(await claimed(jobs), holder=WE, outcome=Failed(reason))
            await advance(HOUR)
        job = await found(jobs, added)
        assert (job.state, job.attempt, job.error) == (JobState.DEAD, 2, "second")
        assert await claim(jobs) is None

    async def test_a_job_that_cannot_succeed_is_dead_at_once(self, jobs: Jobs) -> None:
        added = await add(jobs)
        await jobs.settle(await claimed(jobs), holder=WE, outcome=Failed("no such bucket", retry=False))
        job = await found(jobs, added)
        assert (job.state, job.attempt, job.error) == (JobState.DEAD, 1, "no such bucket")

    async def test_a_released_job_is_due_as_before_and_its_attempt_does_not_count(self, jobs: Jobs) -> None:
        released, later = await jobs.enqueue([NewJob(kind="scan", most_attempts=1)] * 2)
        assert await jobs.settle(await claimed(jobs), holder=WE, outcome=Released())
        job = await found(jobs, released)
        assert (job.state, job.attempt) == (JobState.WAITING, 0)
        assert [(await claimed(jobs, by=THEY)).id for _ in range(2)] == [released, later]

    @pytest.mark.parametrize("outcome", [Done({"mine": 1}), Failed("mine"), Released()], ids=lambda outcome: type(outcome).__name__)
    async def test_a_former_holder_settles_nothing(self, jobs: Jobs, advance: Advance, outcome: Done | Failed | Released) -> None:
        before, after = await taken_over(jobs, advance)
        assert not await jobs.settle(before, holder=WE, outcome=outcome, progress={"mine": 1})
        assert await found(jobs, after.id) == after

    async def test_a_job_is_settled_once(self, jobs: Jobs) -> None:
        await add(jobs)
        job = await claimed(jobs)
        assert await jobs.settle(job, holder=WE, outcome=Done())
        settled = await found(jobs, job.id)
        assert not await jobs.settle(job, holder=WE, outcome=Failed("late"))
        assert await found(jobs, job.id) == settled

    async def test_a_waiting_job_is_cancelled_at_once(self, jobs: Jobs) -> None:
        added = await add(jobs)
        await jobs.cancel(added)
        job = await found(jobs, added)
        assert (job.state, job.cancel_requested, job.attempt) == (JobState.CANCELLED, True, 0)
        assert await claim(jobs) is None

    @pytest.mark.parametrize("outcome", [Failed("stopped"), Failed("stopped", retry=False), Released()], ids=repr)
    async def test_a_running_job_is_cancelled_when_it_ends_without_being_done(self, jobs: Jobs, outcome: Failed | Released) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.cancel(job.id)
        assert (await found(jobs, job.id)).state is JobState.RUNNING
        assert await jobs.settle(job, holder=WE, outcome=outcome)
        assert (await found(jobs, job.id)).state is JobState.CANCELLED

    async def test_a_job_that_is_done_in_spite_of_its_cancellation_is_done(self, jobs: Jobs) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.cancel(job.id)
        await jobs.settle(job, holder=WE, outcome=Done())
        assert (await found(jobs, job.id)).state is JobState.DONE

    async def test_an_abandoned_job_that_was_to_be_cancelled_is_not_run_again(self, jobs: Jobs, advance: Advance) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.cancel(job.id)
        await advance(PAST_THE_LEASE)
        assert await claim(jobs) is None
        assert (await found(jobs, job.id)).state is JobState.CANCELLED

    async def test_a_finished_job_is_not_cancelled(self, jobs: Jobs) -> None:
        await add(jobs)
        job = await claimed(jobs)
        await jobs.settle(job, holder=WE, outcome=Done())
        settled = await found(jobs, job.id)
        await jobs.cancel(job.id)
        assert await found(jobs, job.id) == settled

    async def test_the_same_job_is_enqueued_once_while_it_waits_or_runs(self, jobs: Jobs) -> None:
        same, other = NewJob(kind="scan", dedupe="a"), NewJob(kind="sweep", dedupe="a")
        waiting, twin, stranger = await jobs.enqueue([same, same, other])
        assert waiting == twin != stranger
        assert await add(jobs, same) == waiting
        await claimed(jobs)
        assert await add(jobs, same) == waiting
        assert await add(jobs) != waiting

    @pytest.mark.parametrize("outcome", [Done(), Failed("no", retry=False)], ids=repr)
    async def test_a_finished_job_can_be_enqueued_again(self, jobs: Jobs, outcome: Done | Failed) -> None:
        first = await add(jobs, NewJob(kind="scan", dedupe="a"))
        await jobs.settle(await claimed(jobs), holder=WE, outcome=outcome)
        second = await add(jobs, NewJob(kind="scan", dedupe="a"))
        await jobs.cancel(second)
        assert len({first, second, await add(jobs, NewJob(kind="scan", dedupe="a"))}) == 3

    async def test_many_who_enqueue_the_same_jobs_get_the_same_ids(self, jobs: Jobs) -> None:
        batch = [NewJob(kind="scan", dedupe=name) for name in "abc"]
        answers = await asyncio.gather(*(jobs.enqueue(batch[::step]) for step in (1, -1) * 8))
        assert {frozenset(ids) for ids in answers} == {frozenset(answers[0])}
        assert len(await jobs.page(limit=100)) == 3

    async def test_a_new_schedule_is_due_at_once(self, jobs: Jobs) -> None:
        await jobs.ensure_schedule(SWEEP)
        [ticked] = await jobs.tick()
        job = await found(jobs, ticked)
        assert (job.kind, job.payload, job.account, job.state) == ("sweep", {"deep": True}, None, JobState.WAITING)

    async def test_many_tickers_enqueue_a_schedule_once_in_a_period(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.ensure_schedule(SWEEP)
        for _ in range(3):
            ticks = await asyncio.gather(*(jobs.tick() for _ in range(8)))
            assert len([job for ticked in ticks for job in ticked]) == 1
            await finish(jobs, kind="sweep")
            assert await jobs.tick() == []
            await advance(HOUR)

    async def test_all_schedules_that_are_due_are_enqueued(self, jobs: Jobs) -> None:
        for name in ("one", "two", "three"):
            await jobs.ensure_schedule(Schedule(name=name, kind="sweep", every=HOUR, payload={"name": name}))
        ticked = [await found(jobs, job) for job in await jobs.tick()]
        assert sorted(job.payload["name"] for job in ticked) == ["one", "three", "two"]

    async def test_missed_periods_are_not_made_up_for(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.ensure_schedule(SWEEP)
        for passed in (10.5 * HOUR, 0.5 * HOUR):
            assert len(await jobs.tick()) == 1
            await finish(jobs, kind="sweep")
            assert await jobs.tick() == []
            await advance(passed)
        assert len(await jobs.tick()) == 1

    async def test_a_schedule_does_not_overtake_its_own_job(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.ensure_schedule(SWEEP)
        await jobs.tick()
        await advance(HOUR)
        assert await jobs.tick() == []
        await finish(jobs, kind="sweep")
        assert await jobs.tick() == []
        await advance(HOUR)
        assert len(await jobs.tick()) == 1

    async def test_a_schedule_that_is_known_keeps_its_time_and_takes_what_is_new(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.ensure_schedule(SWEEP)
        await jobs.tick()
        await finish(jobs, kind="sweep")
        await jobs.ensure_schedule(Schedule(name=SWEEP.name, kind="sweep", every=HOUR / 2, payload={"deep": False}))
        assert await jobs.tick() == []
        await advance(HOUR / 2)
        [ticked] = await jobs.tick()
        assert (await found(jobs, ticked)).payload == {"deep": False}

    async def test_pages_lead_from_the_newest_to_the_oldest(self, jobs: Jobs) -> None:
        added = await jobs.enqueue([NewJob(kind="scan")] * 5)
        first = await jobs.page(limit=3)
        second = await jobs.page(limit=3, after=first[-1].id)
        assert [job.id for job in [*first, *second]] == sorted(added, reverse=True)
        assert await jobs.page(limit=3, after=second[-1].id) == []

    async def test_a_page_shows_what_it_is_asked_for(self, jobs: Jobs) -> None:
        ours = NewJob(kind="scan", account=ACCOUNT)
        mine, copy, _, _ = await jobs.enqueue(
            [ours, NewJob(kind="copy", account=ACCOUNT), NewJob(kind="scan", account=OTHER_ACCOUNT), NewJob(kind="scan")]
        )
        await jobs.cancel(copy)
        assert [job.id for job in await jobs.page(account=ACCOUNT, limit=9)] == [copy, mine]
        assert [job.id for job in await jobs.page(account=ACCOUNT, after=copy, limit=9)] == [mine]
        assert [job.id for job in await jobs.page(account=ACCOUNT, kind="copy", limit=9)] == [copy]
        assert [job.id for job in await jobs.page(state=JobState.CANCELLED, limit=9)] == [copy]
        assert len(await jobs.page(kind="scan", state=JobState.WAITING, limit=9)) == 3


async def add(jobs: Jobs, job: NewJob | None = None) -> JobId:
    [added] = await jobs.enqueue([job or NewJob(kind="scan")])
    return added


async def found(jobs: Jobs, number: JobId) -> Job:
    job = await jobs.find(number)
    assert job is not None
    return job


async def claim(jobs: Jobs, *, by: UUID = WE, kind: str = "scan") -> Job | None:
    return await jobs.claim([kind], holder=by, lasting=LEASE)


async def claimed(jobs: Jobs, *, by: UUID = WE, kind: str = "scan") -> Job:
    job = await claim(jobs, by=by, kind=kind)
    assert job is not None
    return job


async def finish(jobs: Jobs, *, kind: str) -> None:
    assert await jobs.settle(await claimed(jobs, kind=kind), holder=WE, outcome=Done())


async def taken_over(jobs: Jobs, advance: Advance, *, by: UUID = THEY) -> tuple[Job, Job]:
    """A job as its first holder knew it, and as its present one does."""
    await add(jobs)
    before = await claimed(jobs)
    await advance(PAST_THE_LEASE)
    return before, await claimed(jobs, by=by)
