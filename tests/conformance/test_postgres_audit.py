"""The audit in PostgreSQL keeps the promises of audits, on the newest and on the oldest server."""

from collections.abc import AsyncIterator

import pytest

from buckets.catalog.access_log import PostgresAccessLog
from buckets.catalog.audit_trail import PostgresAuditTrail
from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.catalog.seals import PostgresSeals
from buckets.errors import StorageError
from buckets.memory.meter import MemoryMeter
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.suites.access_log import AccessLogSuite, noted, reads_of
from tests.suites.audit_trail import AuditTrailSuite
from tests.suites.catalog_stage import Stage
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


LOST = "seawall_audit_reads_lost_total"


class TestPostgresAccessLog(InPostgres, AccessLogSuite):
    @pytest.fixture
    def reads(self, pool: Pool) -> PostgresAccessLog:
        return PostgresAccessLog(pool, ids=SystemIds(), meter=MemoryMeter())

    @pytest.fixture
    def trail(self, pool: Pool) -> PostgresAuditTrail:
        return PostgresAuditTrail(pool)

    async def test_a_full_batch_is_written_without_being_asked_for(self, at: Stage, pool: Pool, trail: PostgresAuditTrail) -> None:
        reads = PostgresAccessLog(pool, ids=SystemIds(), meter=MemoryMeter(), batch=3)
        for number in range(3):
            reads.note(noted(at, f"k{number}"))
        assert reads._soon is not None
        await reads._soon
        assert len(await reads_of(at, trail)) == 3

    async def test_the_oldest_make_room_and_are_counted(self, at: Stage, pool: Pool, trail: PostgresAuditTrail) -> None:
        meter = MemoryMeter()
        reads = PostgresAccessLog(pool, ids=SystemIds(), meter=meter, room=3)
        for number in range(5):
            reads.note(noted(at, f"k{number}"))
        await reads.write()
        assert await reads_of(at, trail) == ["k4", "k3", "k2"]
        assert meter.counted(LOST) == 2

    async def test_what_could_not_be_written_waits_in_its_order(
        self, at: Stage, pool: Pool, trail: PostgresAuditTrail, database: Database
    ) -> None:
        meter = MemoryMeter()
        reads = PostgresAccessLog(pool, ids=SystemIds(), meter=meter, room=4)
        for number in range(3):
            reads.note(noted(at, f"k{number}"))
        async with connected(database.owner_dsn) as owner:
            await owner.execute(f"REVOKE INSERT ON access_log FROM {database.service.role}")
            with pytest.raises(StorageError):
                await reads.write()
            assert (reads.waiting, meter.counted(LOST)) == (3, 0)
            reads.note(noted(at, "k3"))
            reads.note(noted(at, "k4"))
            with pytest.raises(StorageError):
                await reads.write()
            assert (reads.waiting, meter.counted(LOST)) == (4, 1)
            await owner.execute(f"GRANT INSERT ON access_log TO {database.service.role}")
        await reads.write()
        assert await reads_of(at, trail) == ["k4", "k3", "k2", "k1"]
