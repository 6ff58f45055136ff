"""The reference checksums keep the promises of checksums."""

import pytest

from buckets.memory.checksums import MemoryChecksums
from tests.suites.checksums import ChecksumsSuite


class TestMemoryChecksums(ChecksumsSuite):
    @pytest.fixture
    def checksums(self) -> MemoryChecksums:
        return MemoryChecksums()
