"""What a house has stored: read past every port, so that nothing an attack leaves behind goes unseen."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.records import Version
from buckets.model.blob import lease_of
from buckets.model.bucket import Bucket
from buckets.model.commit import Name, Owner
from buckets.names import BlobId, BucketName, ObjectKey, VersionId
from tests.http.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Everything that a request may change. Usage is objects, bytes and bytes in the trash; `done` counts lines of the audit."""

    heads: Mapping[Name, VersionId]
    versions: Mapping[VersionId, Version]
    blobs: Mapping[str, bytes]
    buckets: Mapping[BucketName, Bucket]
    usage: Mapping[Owner, Sequence[int]]
    done: int
    told: int

    @classmethod
    def of(cls, house: House) -> Self:
        catalog, loose = house.catalog, loose_blobs(house)
        return cls(
            heads=dict(catalog.current),
            versions={key: copy.copy(version) for key, version in catalog.versions.items()},
            blobs={locator: body for locator, body in _blobs(house).items() if locator not in loose},
            buckets=dict(catalog.buckets),
            usage={owner: (it.stored_objects, it.stored_bytes, it.trashed_bytes) for owner, it in catalog.usage.items()},
            done=sum(line.deed.result == "done" for line in catalog.audit),
            told=len(catalog.outbox),
        )

    @property
    def objects(self) -> int:
        """How many are charged."""
        return sum(objects for objects, *_ in self.usage.values())

    def with_one_more(self, house: House, key: str, content: bytes) -> Self:
        """As it has to be when an object has been stored, with what only the house can know of it."""
        name = house.alice.bucket.id, ObjectKey(key)
        version = house.catalog.current[name]
        row = house.catalog.versions[version]
        owner = house.alice.user.account, house.alice.user.id
        objects, size, trashed = self.usage[owner]
        return replace(
            self,
            heads={**self.heads, name: version},
            versions={**self.versions, version: row},
            blobs={**self.blobs, **{extent.locator: content for extent in row.extents}},
            usage={**self.usage, owner: (objects + 1, size + len(content), trashed)},
            done=self.done + 1,
            told=self.told + 1,
        )


def loose_blobs(house: House) -> frozenset[str]:
    """Those that no version has ever referred to."""
    return frozenset(_blobs(house).keys() - {blob.locator for blob in house.catalog.blobs.values()})


def is_leased(house: House, locator: str) -> bool:
    """Whether a loose blob goes away by itself, when its lease has run out."""
    return lease_of(BlobId(UUID(locator.rpartition("/")[2]))) in house.catalog.leases


def _blobs(house: House) -> Mapping[str, bytes]:
    assert isinstance(house.store, MemoryBlobStore)
    return house.store.blobs
