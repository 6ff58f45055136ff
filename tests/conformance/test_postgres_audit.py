"""The audit in PostgreSQL keeps the promises of audits, on the newest and on the oldest server."""

from collections.abc import AsyncIterator

import pytest

from buckets.catalog.audit_trail import PostgresAuditTrail
from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.catalog.seals import PostgresSeals
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.suites.audit_trail import AuditTrailSuite
from tests.suites.seals import SealSuite

pytestmark = pytest.mark.every_postgres


class InPostgres:
    """What the suites ask for."""

    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def evidence(self, database: Database) -> AsyncIterator[PostgresEvidence]:
        async with connected(database.owner_dsn) as owner:
            yield PostgresEvidence(owner)


class TestPostgresAuditTrail(InPostgres, AuditTrailSuite):
    @pytest.fixture
    def trail(self, pool: Pool) -> PostgresAuditTrail:
        return PostgresAuditTrail(pool)


class TestPostgresSeals(InPostgres, SealSuite):
    @pytest.fixture
    def seals(self, pool: Pool) -> PostgresSeals:
        return PostgresSeals(pool)
