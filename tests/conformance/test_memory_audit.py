"""The audit in lists keeps the promises of audits."""

import pytest

from buckets.memory.access_log import MemoryAccessLog
from buckets.memory.audit_trail import MemoryAuditTrail
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.seals import MemorySeals
from gateway.system import SystemClock, SystemIds
from tests.fixtures.evidence import MemoryEvidence
from tests.suites.access_log import AccessLogSuite
from tests.suites.audit_trail import AuditTrailSuite
from tests.suites.seals import SealSuite


class InMemory:
    """What the suites ask for."""

    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)


class TestMemoryAuditTrail(InMemory, AuditTrailSuite):
    @pytest.fixture
    def trail(self, catalog: MemoryCatalog) -> MemoryAuditTrail:
        return MemoryAuditTrail(catalog)


class TestMemorySeals(InMemory, SealSuite):
    @pytest.fixture
    def seals(self, catalog: MemoryCatalog) -> MemorySeals:
        return MemorySeals(catalog)


class TestMemoryAccessLog(InMemory, AccessLogSuite):
    @pytest.fixture
    def reads(self, catalog: MemoryCatalog) -> MemoryAccessLog:
        return MemoryAccessLog(catalog)

    @pytest.fixture
    def trail(self, catalog: MemoryCatalog) -> MemoryAuditTrail:
        return MemoryAuditTrail(catalog)
