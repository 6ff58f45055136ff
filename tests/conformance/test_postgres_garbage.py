"""The garbage in PostgreSQL keeps the promises of garbage, on the newest and on the oldest server."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.garbage import PostgresGarbage
from buckets.catalog.pool import Pool
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Connection, Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.suites.garbage import Advance, GarbageSuite
from tests.suites.purge import PinSuite, PurgeSuite


@pytest.mark.every_postgres
class TestPostgresGarbage(GarbageSuite, PurgeSuite, PinSuite):
    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def past(self, database: Database) -> AsyncIterator[Connection]:
        """A connection that goes past the ports."""
        async with connected(database.owner_dsn) as connection:
            yield connection

    @pytest.fixture
    def evidence(self, past: Connection) -> PostgresEvidence:
        return PostgresEvidence(past)

    @pytest.fixture
    def garbage(self, pool: Pool) -> PostgresGarbage:
        return PostgresGarbage(pool)

    @pytest.fixture
    def advance(self, past: Connection) -> Advance:
        """Everything that is to happen comes nearer: the server's clock cannot be moved."""

        async def advance(step: timedelta) -> None:
            await past.execute("UPDATE blob_lease SET until = until - $1::interval", step)
            await past.execute("UPDATE blob SET erase_at = erase_at - $1::interval WHERE state = 'condemned'", step)
            await past.execute("UPDATE version SET trashed_at = trashed_at - $1::interval WHERE trashed_at IS NOT NULL", step)
            await past.execute("UPDATE sweep_pin SET until = until - $1::interval", step)

        return advance
