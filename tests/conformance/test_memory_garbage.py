"""The garbage in dictionaries keeps the promises of garbage."""

from datetime import timedelta

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.memory.garbage import MemoryGarbage
from gateway.system import SystemIds
from tests.factories.values import ManualClock
from tests.fixtures.evidence import MemoryEvidence
from tests.suites.garbage import Advance, GarbageSuite
from tests.suites.purge import PinSuite, PurgeSuite


class TestMemoryGarbage(GarbageSuite, PurgeSuite, PinSuite):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def catalog(self, clock: ManualClock) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=clock)

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)

    @pytest.fixture
    def garbage(self, catalog: MemoryCatalog) -> MemoryGarbage:
        return MemoryGarbage(catalog)

    @pytest.fixture
    def advance(self, clock: ManualClock) -> Advance:
        async def advance(step: timedelta) -> None:
            clock.advance(step)

        return advance
