"""The catalogs keep their promises to those who read, PostgreSQL on the newest and on the oldest server."""

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.memory.catalog import MemoryCatalog
from gateway.system import SystemClock, SystemIds
from tests.suites.catalog_reads import ReadsSuite


class TestMemoryCatalogReads(ReadsSuite):
    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())


@pytest.mark.every_postgres
class TestPostgresCatalogReads(ReadsSuite):
    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())
