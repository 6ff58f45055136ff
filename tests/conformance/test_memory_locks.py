"""Names in one process."""

from collections.abc import Sequence

import pytest

from buckets.memory.locks import MemoryLocks
from buckets.ports import Locks
from gateway.system import SystemClock
from tests.factories.values import ManualClock
from tests.suites.locks import LocksSuite


class TestMemoryLocks(LocksSuite):
    @pytest.fixture
    def processes(self) -> Sequence[Locks]:
        return [MemoryLocks(SystemClock())] * 2


class TestMemoryLocksWhileTheClockStands(LocksSuite):
    @pytest.fixture
    def processes(self) -> Sequence[Locks]:
        return [MemoryLocks(ManualClock())] * 2
