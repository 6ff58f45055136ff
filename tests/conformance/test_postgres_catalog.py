"""The catalog in PostgreSQL keeps the promises of catalogs, on the newest and on the oldest server."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.fixtures.databases import Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.fixtures.pools import opened
from tests.suites.catalog import CatalogSuite
from tests.suites.catalog_blobs import BlobSuite
from tests.suites.catalog_buckets import BucketSuite, ChangedBucketSuite, DeletedBucketSuite, RepeatedBucketSuite
from tests.suites.catalog_credentials import CredentialSuite, EndedCredentialSuite, known, pair
from tests.suites.catalog_deletes import DeleteSuite
from tests.suites.catalog_edits import EditSuite, RestoreSuite
from tests.suites.catalog_estates import EstateSuite
from tests.suites.catalog_lists import ListSuite, VersionListSuite
from tests.suites.catalog_objects import ObjectSuite
from tests.suites.catalog_ownership import OwnershipSuite
from tests.suites.catalog_people import AccountSuite, ChangedUserSuite, UserSuite
from tests.suites.catalog_repeats import RepeatSuite
from tests.suites.catalog_stage import Stage

pytestmark = pytest.mark.every_postgres


class InPostgres:
    """What the suites ask for."""

    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def evidence(self, database: Database) -> AsyncIterator[PostgresEvidence]:
        async with connected(database.owner_dsn) as owner:
            yield PostgresEvidence(owner)


class TestPostgresCatalog(InPostgres, CatalogSuite, ObjectSuite, DeleteSuite, BlobSuite, RepeatSuite, EditSuite, RestoreSuite):
    """Accounts and objects."""


class TestPostgresOwnership(InPostgres, OwnershipSuite):
    """Whose things are changed."""


class TestPostgresBuckets(InPostgres, BucketSuite, RepeatedBucketSuite, ChangedBucketSuite, DeletedBucketSuite):
    """Buckets."""


class TestPostgresLists(InPostgres, ListSuite, VersionListSuite):
    """Lists."""


class TestPostgresPeople(InPostgres, UserSuite, ChangedUserSuite, AccountSuite):
    """Accounts and their people."""


class TestPostgresEstates(InPostgres, EstateSuite):
    """What users leave."""


class TestPostgresCredentials(InPostgres, CredentialSuite, EndedCredentialSuite):
    """Keys."""

    @pytest.fixture
    async def elsewhere(self, database: Database) -> AsyncIterator[PostgresCatalog]:
        async with opened(database.service_dsn) as pool:
            yield PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    async def test_a_user_that_was_deleted_opens_nothing_whoever_comes_after_it(
        self, at: Stage, elsewhere: PostgresCatalog, database: Database
    ) -> None:
        """Attack 63."""
        await at.catalog.ensure_user(at.other)
        added = pair(at.other)
        await at.catalog.add_key_pair(added, name="test")
        async with connected(database.owner_dsn) as owner:
            await owner.execute("UPDATE member SET status = 'deleted', deleted_at = now() WHERE id = $1", at.other.id)
        await at.catalog.ensure_user(replace(at.other, id=values.user().id))
        assert await at.catalog.find_key_pair(added.access_key) is await elsewhere.find_key_pair(added.access_key) is None

    async def test_a_key_that_somebody_is_at_holds_up_no_notes(self, at: Stage, database: Database) -> None:
        busy, free, when = pair(at.owner), pair(at.owner, "SWB" + 17 * "B"), SystemClock().now()
        for added in (busy, free):
            await at.catalog.add_key_pair(added, name="test")
        async with connected(database.owner_dsn) as somebody, somebody.transaction():
            await somebody.execute("UPDATE credential SET revoked_at = now() WHERE id = $1", busy.id)
            await at.catalog.note_use([(added.id, when) for added in (busy, free)])
        assert [(await known(at, added)).last_used_at for added in (busy, free)] == [None, when]
