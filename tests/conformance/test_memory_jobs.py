"""The jobs in a dictionary keep the promises of jobs."""

from datetime import timedelta

import pytest

from buckets.memory.jobs import MemoryJobs
from gateway.system import SystemIds
from tests.factories.values import ManualClock
from tests.suites.jobs import Advance, JobsSuite


class TestMemoryJobs(JobsSuite):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def jobs(self, clock: ManualClock) -> MemoryJobs:
        return MemoryJobs(ids=SystemIds(), clock=clock)

    @pytest.fixture
    def advance(self, clock: ManualClock) -> Advance:
        async def advance(step: timedelta) -> None:
            clock.advance(step)

        return advance
