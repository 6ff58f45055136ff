"""The catalog in dictionaries keeps the promises of catalogs."""

import pytest

from buckets.memory.catalog import MemoryCatalog
from gateway.system import SystemClock, SystemIds
from tests.suites.catalog import CatalogSuite


class TestMemoryCatalog(CatalogSuite):
    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())
