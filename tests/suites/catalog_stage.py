"""What the suites of the catalog act on, and the words they say it in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from buckets.errors import StorageError
from buckets.model.account import User
from buckets.model.bucket import Bucket, Versioning, Visibility
from buckets.model.commit import (
    UNCONDITIONAL,
    CommitItem,
    Committed,
    Condition,
    Deleted,
    DeleteItem,
    EditItem,
    Idempotency,
    Outcome,
    PutItem,
    Refused,
)
from buckets.model.version import Head
from buckets.names import BlobId, ObjectKey, VersionId
from buckets.ports import Catalog
from tests.factories import values
from tests.fixtures.evidence import Evidence, Kept, Used


@dataclass
class Stage:
    """A catalog with an account, its owner, somebody else, and one bucket."""

    catalog: Catalog
    evidence: Evidence
    owner: User
    other: User
    bucket: Bucket
    names: Iterator[BlobId] = field(repr=False)

    def item(
        self,
        key: str,
        body: bytes = b"body",
        *,
        owner: User | None = None,
        bucket: Bucket | None = None,
        condition: Condition = UNCONDITIONAL,
    ) -> PutItem:
        """A write over a blob of its own."""
        name = next(self.names) if body else None
        return values.put_item(bucket or self.bucket, key, body, owner=owner or self.owner, name=name, condition=condition)

    def copy(self, *sources: PutItem, key: str, owner: User | None = None) -> PutItem:
        """A write over what others brought, one after the other."""
        extents = [extent for source in sources for extent in source.extents]
        content = replace(sources[0].content, size=sum(source.content.size for source in sources))
        return replace(self.item(key, b"", owner=owner), content=content, extents=extents)

    def named(self, item: PutItem, key: str = "once", *, fingerprint: bytes = b"f") -> PutItem:
        """The same write, by a name that its caller may repeat it under."""
        return replace(item, idempotency=Idempotency(key, fingerprint * 32))

    def edit(self, head: Head, *, owner: User | None = None, visibility: Visibility | None = None, **words: Any) -> EditItem:
        """Other words about what a head speaks of."""
        return EditItem(
            operation=values.IDS.uuid7(),
            bucket=self.bucket,
            key=head.key,
            origin=values.origin(owner or self.owner),
            head=head,
            content=replace(head.content, **words),
            visibility=visibility,
        )

    async def restoration(self, head: Head, *, owner: User | None = None, condition: Condition = UNCONDITIONAL) -> PutItem:
        """A write that brings back what lies in the trash."""
        item = self.item(head.key, b"", owner=owner, condition=condition)
        extents = await self.catalog.load_extents(head.bucket, head.version)
        return replace(item, content=head.content, extents=extents, visibility=head.visibility, restores=head)

    def removal(
        self,
        key: str,
        *,
        owner: User | None = None,
        bucket: Bucket | None = None,
        condition: Condition = UNCONDITIONAL,
        forever: bool = False,
    ) -> DeleteItem:
        return DeleteItem(
            operation=values.IDS.uuid7(),
            bucket=bucket or self.bucket,
            key=ObjectKey(key),
            origin=values.origin(owner or self.owner),
            condition=condition,
            forever=forever,
        )

    async def another_bucket(self, name: str = "elsewhere", *, versioning: Versioning = Versioning.OFF) -> Bucket:
        return (await self.catalog.create_bucket(values.bucket(self.owner, name, versioning=versioning))).bucket

    async def keeping(self, versioning: Versioning = Versioning.OFF, *, trash: timedelta = timedelta(days=7)) -> "Stage":
        """The same bucket, under other rules from now on."""
        present = await self.catalog.find_bucket(self.bucket.name)
        assert present is not None
        ruled = replace(present, versioning=versioning, trash=trash)
        return replace(self, bucket=await self.catalog.change_bucket(ruled, origin=values.origin(self.owner)))

    async def commit(self, item: CommitItem) -> Outcome:
        [outcome] = await self.catalog.commit([item])
        return outcome

    async def put(self, item: PutItem | EditItem) -> Head:
        outcome = await self.commit(item)
        assert isinstance(outcome, Committed)
        return outcome.head

    async def delete(self, item: DeleteItem) -> Deleted:
        outcome = await self.commit(item)
        assert isinstance(outcome, Deleted)
        return outcome

    async def refusal(self, item: CommitItem) -> StorageError:
        outcome = await self.commit(item)
        assert isinstance(outcome, Refused)
        return outcome.reason

    async def head(self, key: str) -> Head | None:
        return await self.catalog.find_head(self.bucket.id, ObjectKey(key))

    async def current(self, key: str) -> VersionId | None:
        head = await self.head(key)
        return head.version if head else None

    async def kept(self, key: str) -> list[Kept]:
        return list(await self.evidence.kept(self.bucket.id, key))

    async def used(self, owner: User | None = None) -> Used:
        of = owner or self.owner
        return await self.evidence.used((of.account, of.id))


class Staged:
    """A subclass supplies the fixtures `catalog` and `evidence`, and nothing else."""

    @pytest.fixture
    async def at(self, catalog: Catalog, evidence: Evidence) -> Stage:
        owner = values.user()
        await catalog.create_account(values.account(), owner)
        await catalog.ensure_placement(values.PLACEMENT)
        bucket = values.bucket(owner)
        await catalog.create_bucket(bucket)
        lease = await catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=256, lasting=timedelta(hours=1))
        return Stage(catalog, evidence, owner, values.user(), bucket, iter(lease))
