"""The catalog in dictionaries keeps the promises of catalogs."""

import pytest

from buckets.memory.catalog import MemoryCatalog
from gateway.system import SystemClock, SystemIds
from tests.fixtures.evidence import MemoryEvidence
from tests.suites.catalog import CatalogSuite
from tests.suites.catalog_blobs import BlobSuite
from tests.suites.catalog_buckets import BucketSuite, ChangedBucketSuite, DeletedBucketSuite, RepeatedBucketSuite
from tests.suites.catalog_credentials import CredentialSuite, EndedCredentialSuite
from tests.suites.catalog_deletes import DeleteSuite
from tests.suites.catalog_edits import EditSuite, RestoreSuite
from tests.suites.catalog_estates import EstateSuite
from tests.suites.catalog_lists import ListSuite, VersionListSuite
from tests.suites.catalog_objects import ObjectSuite
from tests.suites.catalog_ownership import OwnershipSuite
from tests.suites.catalog_people import AccountSuite, ChangedUserSuite, UserSuite
from tests.suites.catalog_repeats import RepeatSuite


class InMemory:
    """What the suites ask for."""

    @pytest.fixture
    def catalog(self) -> MemoryCatalog:
        return MemoryCatalog(ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    def evidence(self, catalog: MemoryCatalog) -> MemoryEvidence:
        return MemoryEvidence(catalog)


class TestMemoryCatalog(InMemory, CatalogSuite, ObjectSuite, DeleteSuite, BlobSuite, RepeatSuite, EditSuite, RestoreSuite):
    """Accounts and objects."""


class TestMemoryOwnership(InMemory, OwnershipSuite):
    """Whose things are changed."""


class TestMemoryBuckets(InMemory, BucketSuite, RepeatedBucketSuite, ChangedBucketSuite, DeletedBucketSuite):
    """Buckets."""


class TestMemoryLists(InMemory, ListSuite, VersionListSuite):
    """Lists."""


class TestMemoryPeople(InMemory, UserSuite, ChangedUserSuite, AccountSuite):
    """Accounts and their people."""


class TestMemoryEstates(InMemory, EstateSuite):
    """What users leave."""


class TestMemoryCredentials(InMemory, CredentialSuite, EndedCredentialSuite):
    """Keys."""
