"""The jobs in PostgreSQL keep the promises of jobs, on the newest and on the oldest server."""

from datetime import timedelta

import pytest

from buckets.catalog.jobs import PostgresJobs
from buckets.catalog.pool import Pool
from gateway.system import SystemIds
from tests.fixtures.databases import Database, connected
from tests.suites.jobs import Advance, JobsSuite


@pytest.mark.every_postgres
class TestPostgresJobs(JobsSuite):
    @pytest.fixture
    def jobs(self, pool: Pool) -> PostgresJobs:
        return PostgresJobs(pool, ids=SystemIds())

    @pytest.fixture
    def advance(self, database: Database) -> Advance:
        """Everything that is to happen comes nearer: the server's clock cannot be moved."""

        async def advance(step: timedelta) -> None:
            async with connected(database.owner_dsn) as owner:
                await owner.execute(
                    "UPDATE job SET run_at = run_at - $1::interval, leased_until = leased_until - $1::interval", step
                )
                await owner.execute("UPDATE job_schedule SET next_at = next_at - $1::interval", step)

        return advance
