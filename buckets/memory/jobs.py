"""Jobs in a dictionary. One event loop, no awaits in the middle: every method is atomic by itself."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from buckets.model.job import (
    LOST,
    UNFINISHED,
    Document,
    Job,
    JobOutcome,
    JobState,
    LeaseState,
    NewJob,
    Progress,
    Schedule,
    settlement,
)
from buckets.names import AccountId, JobId
from buckets.ports import Clock, Ids


@dataclass(slots=True)
class _Entry:
    """A job, and who has it until when."""

    job: Job
    dedupe: str | None
    holder: UUID | None = None
    leased_until: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.leased_until or self.job.run_at

    def is_held_by(self, holder: UUID, job: Job) -> bool:
        return self.holder == holder and self.job.attempt == job.attempt


@dataclass(slots=True)
class _Plan:
    """A schedule, and when it is due."""

    schedule: Schedule
    next_at: datetime


@dataclass(slots=True)
class MemoryJobs:
    """The `Jobs` port."""

    ids: Ids
    clock: Clock
    entries: dict[JobId, _Entry] = field(default_factory=dict)
    plans: dict[str, _Plan] = field(default_factory=dict)

    async def enqueue(self, jobs: Sequence[NewJob]) -> Sequence[JobId]:
        return [self._find_same(job) or self._add(job) for job in jobs]

    async def claim(self, kinds: Collection[str], *, holder: UUID, lasting: timedelta) -> Job | None:
        for entry in sorted(self._due(kinds), key=lambda entry: (entry.due_at, entry.job.id)):
            self._take(entry, holder, lasting)
            if entry.job.state is JobState.RUNNING:
                return entry.job
        return None

    async def heartbeat(self, job: Job, *, holder: UUID, lasting: timedelta, progress: Progress | None = None) -> LeaseState:
        entry = self.entries.get(job.id)
        if entry is None or not entry.is_held_by(holder, job):
            return LeaseState.LOST
        entry.leased_until = self.clock.now() + lasting
        self._change(entry, progress=entry.job.progress if progress is None else _copy(progress))
        return LeaseState.CANCEL_REQUESTED if entry.job.cancel_requested else LeaseState.HELD

    async def settle(self, job: Job, *, holder: UUID, outcome: JobOutcome, progress: Progress | None = None) -> bool:
        entry = self.entries.get(job.id)
        if entry is None or not entry.is_held_by(holder, job):
            return False
        after = settlement(job, outcome, noise=self.ids.secret(4))
        ends = after.state is JobState.DONE or not entry.job.cancel_requested
        self._free(entry, state=after.state if ends else JobState.CANCELLED)
        self._change(
            entry,
            attempt=after.attempt,
            error=after.error,
            result=None if after.result is None else _copy(after.result),
            run_at=entry.job.run_at if after.wait is None else self.clock.now() + after.wait,
            progress=entry.job.progress if progress is None else _copy(progress),
        )
        return True

    async def cancel(self, job: JobId) -> None:
        entry = self.entries.get(job)
        if entry and entry.job.state in UNFINISHED:
            state = JobState.CANCELLED if entry.job.state is JobState.WAITING else entry.job.state
            self._change(entry, cancel_requested=True, state=state)

    async def find(self, job: JobId) -> Job | None:
        entry = self.entries.get(job)
        return entry.job if entry else None

    async def ensure_schedule(self, schedule: Schedule) -> None:
        now = self.clock.now()
        known = self.plans.get(schedule.name)
        self.plans[schedule.name] = _Plan(schedule, min(known.next_at, now + schedule.every) if known else now)

    async def tick(self) -> Sequence[JobId]:
        jobs = [self._planned(plan) for plan in self.plans.values() if plan.next_at <= self.clock.now()]
        return [self._add(job) for job in jobs if not self._find_same(job)]

    async def page(
        self,
        *,
        account: AccountId | None = None,
        state: JobState | None = None,
        kind: str | None = None,
        after: JobId | None = None,
        limit: int,
    ) -> Sequence[Job]:
        wanted = (
            entry.job
            for number, entry in sorted(self.entries.items(), reverse=True)
            if (after is None or number < after)
            and account in (None, entry.job.account)
            and state in (None, entry.job.state)
            and kind in (None, entry.job.kind)
        )
        return [job for job, _ in zip(wanted, range(limit), strict=False)]

    def _find_same(self, job: NewJob) -> JobId | None:
        same = (
            entry.job.id
            for entry in self.entries.values()
            if job.dedupe and (entry.job.kind, entry.dedupe) == (job.kind, job.dedupe) and entry.job.state in UNFINISHED
        )
        return next(same, None)

    def _add(self, job: NewJob) -> JobId:
        now = self.clock.now()
        added = Job(
            id=JobId(self.ids.uuid7()),
            kind=job.kind,
            payload=_copy(job.payload),
            state=JobState.WAITING,
            attempt=0,
            most_attempts=job.most_attempts,
            account=job.account,
            owner=job.owner,
            progress={},
            error=None,
            result=None,
            run_at=job.run_at or now,
            created_at=now,
            updated_at=now,
            cancel_requested=False,
        )
        self.entries[added.id] = _Entry(added, job.dedupe)
        return added.id

    def _due(self, kinds: Collection[str]) -> Iterable[_Entry]:
        now = self.clock.now()
        return (
            entry
            for entry in self.entries.values()
            if entry.job.kind in kinds and entry.job.state in UNFINISHED and entry.due_at <= now
        )

    def _take(self, entry: _Entry, holder: UUID, lasting: timedelta) -> None:
        job = entry.job
        if job.state is JobState.RUNNING:
            self._change(entry, error=LOST)
        if job.cancel_requested or job.attempt == job.most_attempts:
            self._free(entry, state=JobState.CANCELLED if job.cancel_requested else JobState.DEAD)
            return
        entry.holder, entry.leased_until = holder, self.clock.now() + lasting
        self._change(entry, state=JobState.RUNNING, attempt=job.attempt + 1)

    def _free(self, entry: _Entry, *, state: JobState) -> None:
        entry.holder = entry.leased_until = None
        self._change(entry, state=state)

    def _change(self, entry: _Entry, **facts: Any) -> None:  # noqa: ANN401  # fields of a job
        entry.job = replace(entry.job, updated_at=self.clock.now(), **facts)

    def _planned(self, plan: _Plan) -> NewJob:
        schedule = plan.schedule
        plan.next_at += schedule.every * ((self.clock.now() - plan.next_at) // schedule.every + 1)
        return NewJob(kind=schedule.kind, payload=schedule.payload, dedupe=f"schedule:{schedule.name}")


def _copy(document: Document) -> Document:
    """As it comes back from JSON, and safe from whoever still has the original."""
    copy: Document = json.loads(json.dumps(document, allow_nan=False))
    return copy
