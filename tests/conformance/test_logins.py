"""Both catalogs keep the promises about how people sign in."""

from collections.abc import AsyncIterator

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.memory.catalog import MemoryCatalog
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Connection, Database, connected
from tests.fixtures.evidence import MemoryEvidence, PostgresEvidence
from tests.fixtures.people import MemoryPeople, PostgresPeople
from tests.suites.catalog_logins import IdentitySuite, LoginSuite, PasswordSuite, PersonSuite


class InMemory:
    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)

    @pytest.fixture
    def people(self, catalog: MemoryCatalog) -> MemoryPeople:
        return MemoryPeople(catalog)


@pytest.mark.every_postgres
class InPostgres:
    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def owner(self, database: Database) -> AsyncIterator[Connection]:
        async with connected(database.owner_dsn) as owner:
            yield owner

    @pytest.fixture
    def evidence(self, owner: Connection) -> PostgresEvidence:
        return PostgresEvidence(owner)

    @pytest.fixture
    def people(self, owner: Connection) -> PostgresPeople:
        return PostgresPeople(owner)


class TestMemoryIdentities(InMemory, IdentitySuite):
    """Users as somebody else calls them."""


class TestPostgresIdentities(InPostgres, IdentitySuite):
    """Users as somebody else calls them."""


class TestMemoryPasswords(InMemory, PasswordSuite, PersonSuite):
    """Users who have a password."""


class TestMemoryLogins(InMemory, LoginSuite):
    """People who signed in."""


class TestPostgresPasswords(InPostgres, PasswordSuite, PersonSuite):
    """Users who have a password."""


class TestPostgresLogins(InPostgres, LoginSuite):
    """People who signed in."""
