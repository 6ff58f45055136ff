"""Jobs in PostgreSQL: rows that workers take with SKIP LOCKED and hold by a lease."""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from buckets.catalog import statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Pool
from buckets.catalog.rows import Row
from buckets.model.job import (
    LOST,
    MOST_ATTEMPTS,
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
from buckets.names import AccountId, JobId, UserId
from buckets.ports import Ids

_Q = statements.load("jobs")


class PostgresJobs:
    """The `Jobs` port."""

    def __init__(self, pool: Pool, *, ids: Ids) -> None:
        self._pool = pool
        self._ids = ids

    async def enqueue(self, jobs: Sequence[NewJob]) -> Sequence[JobId]:
        if not jobs:
            return []
        fresh = [JobId(self._ids.uuid7()) for _ in jobs]
        lines = columns(map(_line, fresh, jobs), 8)
        rows = await self._pool.rows(_Q["enqueue_jobs"], *lines, idempotent=False)
        same = {(row["kind"], row["dedupe"]): JobId(row["id"]) for row in rows if row["dedupe"]}
        return [same.get((job.kind, job.dedupe), new) for new, job in zip(fresh, jobs, strict=True)]

    async def claim(self, kinds: Collection[str], *, holder: UUID, lasting: timedelta) -> Job | None:
        while row := await self._pool.row(_Q["claim_job"], list(kinds), holder, lasting, LOST, idempotent=False):
            if row["state"] == JobState.RUNNING:
                return _job(row)
        return None

    async def heartbeat(self, job: Job, *, holder: UUID, lasting: timedelta, progress: Progress | None = None) -> LeaseState:
        row = await self._pool.row(_Q["keep_job"], job.id, holder, job.attempt, lasting, _json(progress))
        if row is None:
            return LeaseState.LOST
        return LeaseState.CANCEL_REQUESTED if row["cancel_requested"] else LeaseState.HELD

    async def settle(self, job: Job, *, holder: UUID, outcome: JobOutcome, progress: Progress | None = None) -> bool:
        after = settlement(job, outcome, noise=self._ids.secret(4))
        row = await self._pool.row(
            _Q["settle_job"],
            job.id,
            holder,
            job.attempt,
            after.state,
            after.attempt,
            after.error,
            _json(after.result),
            after.wait,
            _json(progress),
        )
        return row is not None

    async def cancel(self, job: JobId) -> None:
        await self._pool.run(_Q["cancel_job"], job, idempotent=True)

    async def find(self, job: JobId) -> Job | None:
        row = await self._pool.row(_Q["find_job"], job)
        return _job(row) if row else None

    async def ensure_schedule(self, schedule: Schedule) -> None:
        await self._pool.run(
            _Q["ensure_schedule"], schedule.name, schedule.kind, schedule.every, _json(schedule.payload), idempotent=True
        )

    async def tick(self) -> Sequence[JobId]:
        ticked = []
        while row := await self._pool.row(_Q["tick"], self._ids.uuid7(), MOST_ATTEMPTS, idempotent=False):
            ticked.append(row["id"])
        return [JobId(added) for added in ticked if added]

    async def page(
        self,
        *,
        account: AccountId | None = None,
        state: JobState | None = None,
        kind: str | None = None,
        after: JobId | None = None,
        limit: int,
    ) -> Sequence[Job]:
        query = _Q["page_jobs"] if account is None else _Q["page_jobs_of"]
        of = () if account is None else (account,)
        return [_job(row) for row in await self._pool.rows(query, after, state, kind, limit, *of)]


def _line(new: JobId, job: NewJob) -> Sequence[Any]:
    return new, job.kind, _json(job.payload), job.account, job.owner, job.run_at, job.most_attempts, job.dedupe


def _json(document: Document | None) -> str | None:
    return None if document is None else json.dumps(document, allow_nan=False)


def _job(row: Row) -> Job:
    return Job(
        id=JobId(row["id"]),
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        state=JobState(row["state"]),
        attempt=row["attempt"],
        most_attempts=row["most_attempts"],
        account=AccountId(row["account"]) if row["account"] else None,
        owner=UserId(row["owner"]) if row["owner"] else None,
        progress=json.loads(row["progress"]),
        error=row["error"],
        result=json.loads(row["result"]) if row["result"] else None,
        run_at=row["run_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        cancel_requested=row["cancel_requested"],
    )
