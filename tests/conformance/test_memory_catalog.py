"""The catalog in dictionaries keeps the promises of catalogs."""

import pytest

from buckets.memory.catalog import MemoryCatalog
from gateway.system import SystemClock, SystemIds
from tests.fixtures.evidence import MemoryEvidence
from tests.suites.catalog import CatalogSuite
from tests.suites.catalog_blobs import BlobSuite
from tests.suites.catalog_deletes import DeleteSuite
from tests.suites.catalog_objects import ObjectSuite
from tests.suites.catalog_repeats import RepeatSuite


class TestMemoryCatalog(CatalogSuite, ObjectSuite, DeleteSuite, BlobSuite, RepeatSuite):
    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)
