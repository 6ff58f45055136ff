"""The outbox in a list keeps the promises of outboxes."""

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.memory.outbox import MemoryOutbox
from gateway.system import SystemClock, SystemIds
from tests.fixtures.evidence import MemoryEvidence
from tests.suites.outbox import OutboxSuite


class TestMemoryOutbox(OutboxSuite):
    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)

    @pytest.fixture
    def outbox(self, catalog: MemoryCatalog) -> MemoryOutbox:
        return MemoryOutbox(catalog)
