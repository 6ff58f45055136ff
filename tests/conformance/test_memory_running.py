"""What runs, in one process."""

from collections.abc import Sequence

import pytest

from buckets.memory.running import MemoryRunning
from buckets.ports import Running
from tests.suites.running import RunningSuite


class TestMemoryRunning(RunningSuite):
    @pytest.fixture
    def processes(self) -> Sequence[Running]:
        return [MemoryRunning()] * 2
