"""The jobs that a caller may ask about."""

from dataclasses import dataclass

from buckets.model.job import Job
from buckets.names import JobId
from buckets.ports import Jobs
from gateway.auth.permit import Permit


@dataclass(frozen=True, slots=True)
class GuardedJobs:
    """What one caller may know of jobs, within one request."""

    permit: Permit
    jobs: Jobs

    async def find(self, number: JobId) -> Job | None:
        """A job of the caller's account. One of another, or of nobody, answers exactly like none."""
        job = await self.jobs.find(number)
        return job if job and job.account == self.permit.caller.account else None
