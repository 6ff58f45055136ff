"""The outbox in PostgreSQL keeps the promises of outboxes, on the newest and on the oldest server."""

from collections.abc import AsyncIterator

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.outbox import PostgresOutbox
from buckets.catalog.pool import Pool
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.suites.outbox import OutboxSuite


@pytest.mark.every_postgres
class TestPostgresOutbox(OutboxSuite):
    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def evidence(self, database: Database) -> AsyncIterator[PostgresEvidence]:
        async with connected(database.owner_dsn) as owner:
            yield PostgresEvidence(owner)

    @pytest.fixture
    def outbox(self, pool: Pool) -> PostgresOutbox:
        return PostgresOutbox(pool)
