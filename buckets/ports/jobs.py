"""Work for workers."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from buckets.model.job import Job, JobOutcome, JobState, LeaseState, NewJob, Progress, Schedule
from buckets.names import (
    AccountId,
    JobId,
)


class Jobs(Protocol):
    """Work for workers. Its time is the catalog's own, no worker's; who claims, heartbeats and settles is the holder of a lease."""

    async def enqueue(self, jobs: Sequence[NewJob]) -> Sequence[JobId]:
        """All or none: an id each, in their order. One whose kind and `dedupe` are unfinished already gives that job's id."""

    async def claim(self, kinds: Collection[str], *, holder: UUID, lasting: timedelta) -> Job | None:
        """Begin the job that has been due longest; nobody else gets it while the lease lasts.

        One whose lease ran out is due once more, or dead when that was its last attempt, or cancelled where that was asked for.
        """

    async def heartbeat(self, job: Job, *, holder: UUID, lasting: timedelta, progress: Progress | None = None) -> LeaseState:
        """Prolong a lease, and say how far the job has come. It is lost when the job was settled or somebody else has it."""

    async def settle(self, job: Job, *, holder: UUID, outcome: JobOutcome, progress: Progress | None = None) -> bool:
        """End a lease; False, and nothing changes, when it was lost. A failure waits ever longer for its next attempt."""

    async def cancel(self, job: JobId) -> None:
        """One that waits is cancelled at once, one that runs as soon as it ends without being done. Others are left alone."""

    async def find(self, job: JobId) -> Job | None: ...

    async def ensure_schedule(self, schedule: Schedule) -> None:
        """Make it known, or change the one of that name."""

    async def tick(self) -> Sequence[JobId]:
        """Enqueue what the schedules say is due, however many ask. Periods that nobody asked in are not made up for."""

    async def page(
        self,
        *,
        account: AccountId | None = None,
        state: JobState | None = None,
        kind: str | None = None,
        after: JobId | None = None,
        limit: int,
    ) -> Sequence[Job]:
        """The newest jobs first, of one account or of all, from the one after `after` on."""
