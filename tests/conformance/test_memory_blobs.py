"""The reference store keeps the promises of a store."""

import pytest

from buckets.memory.blobs import MemoryBlobStore
from tests.suites.blob_store import BlobStoreSuite


class TestMemoryBlobs(BlobStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryBlobStore:
        return MemoryBlobStore()
