"""The catalog in PostgreSQL keeps the promises of catalogs, on the newest and on the oldest server."""

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from gateway.system import SystemClock, SystemIds
from tests.suites.catalog import CatalogSuite


@pytest.mark.every_postgres
class TestPostgresCatalog(CatalogSuite):
    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())
