"""The objects that a caller may do something with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from buckets.errors import StorageError
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Committed, Condition, Deleted, Repeatable
from buckets.model.page import Order, Place, Ranked
from buckets.model.read import Read
from buckets.model.version import Head, Kept
from buckets.names import BucketName, ObjectKey, UserId, VersionId
from buckets.ports import Locks, Objects
from buckets.service.copy import CopyObject, CopyTerms, Source, Target, Words
from buckets.service.edit import EditObject, Edits
from buckets.service.listing import Listed, Listing, ListObjects
from buckets.service.move import MoveObject
from buckets.service.put import PutObject, Upload
from buckets.service.read import Reading, ReadObject, Wanted, everything
from buckets.service.remove import RemoveObject
from buckets.service.restore import RestoreObject
from gateway.auth.once import once
from gateway.auth.permit import Permit

# Handlers know the guard and nothing behind it.
__all__ = ["CopyTerms", "Edits", "GuardedObjects", "Listed", "Listing", "ObjectServices", "Upload", "Words"]

Named: TypeAlias = tuple[BucketName, ObjectKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectServices:
    """The use cases, unguarded."""

    put: PutObject
    read: ReadObject
    remove: RemoveObject
    copy: CopyObject
    move: MoveObject
    edit: EditObject
    restore: RestoreObject
    listing: ListObjects
    objects: Objects
    locks: Locks


@dataclass(frozen=True, slots=True)
class GuardedObjects:
    """What one caller may do with objects, within one request. What comes of it comes with the bucket that it is in."""

    permit: Permit
    services: ObjectServices

    @property
    def user(self) -> UserId:
        return self.permit.caller.user

    async def put(self, name: BucketName, key: ObjectKey, upload: Upload) -> tuple[Bucket, Committed]:
        bucket = await self.permit.writable("put_object", name)
        async with once(self.services.locks, self.permit, upload.repeatable):
            return bucket, await self.services.put(bucket, key, upload, self.permit.origin("put_object"))

    async def head(self, name: BucketName, key: ObjectKey, version: VersionId | None = None) -> tuple[Bucket, Head]:
        read = self._reads("head_object", name, key, version)
        bucket = await self.permit.readable(name)
        read.found(bucket)
        head = await self.services.read.head(bucket, key, version)
        read.version = head.version
        return bucket, head

    async def open(
        self, name: BucketName, key: ObjectKey, wanted: Wanted = everything, *, version: VersionId | None = None
    ) -> tuple[Bucket, Reading]:
        read = self._reads("get_object", name, key, version)
        bucket = await self.permit.readable(name)
        read.found(bucket)
        reading = await self.services.read.open(bucket, key, wanted, version=version)
        read.version = reading.head.version
        return bucket, reading

    async def delete(
        self, name: BucketName, key: ObjectKey, *, condition: Condition = UNCONDITIONAL, forever: bool = False
    ) -> Deleted:
        bucket = await self.permit.writable("delete_object", name)
        return await self.services.remove(bucket, key, self.permit.origin("delete_object"), condition=condition, forever=forever)

    async def delete_many(self, name: BucketName, keys: Sequence[ObjectKey]) -> Sequence[Deleted | StorageError]:
        """What became of each, in their order."""
        bucket = await self.permit.writable("delete_object", name)
        return await asyncio.gather(*(self._delete(bucket, key) for key in keys))

    async def copy(
        self, source: Named, target: Named, terms: CopyTerms, *, version: VersionId | None = None
    ) -> tuple[Bucket, Committed]:
        there = await self.permit.writable("copy_object", target[0])
        here = await self.permit.readable(source[0])
        async with once(self.services.locks, self.permit, terms.repeatable):
            _, committed = await self.services.copy(
                Source(bucket=here, key=source[1], version=version),
                Target(there, target[1]),
                self.permit.origin("copy_object"),
                terms,
            )
        return there, committed

    async def move(self, source: Named, target: Named, terms: CopyTerms) -> tuple[Bucket, Committed]:
        there = await self.permit.writable("move_object", target[0])
        here = await self.permit.writable("move_object", source[0])
        async with once(self.services.locks, self.permit, terms.repeatable):
            return there, await self.services.move(
                Source(bucket=here, key=source[1]), Target(there, target[1]), self.permit.origin("move_object"), terms
            )

    async def edit(self, name: BucketName, key: ObjectKey, edits: Edits, *, condition: Condition = UNCONDITIONAL) -> Head:
        bucket = await self.permit.writable("edit_object", name)
        return await self.services.edit(bucket, key, edits, self.permit.origin("edit_object"), condition=condition)

    async def restore(self, name: BucketName, key: ObjectKey, repeatable: Repeatable | None = None) -> tuple[Bucket, Committed]:
        bucket = await self.permit.writable("restore_object", name)
        async with once(self.services.locks, self.permit, repeatable):
            return bucket, await self.services.restore(bucket, key, self.permit.origin("restore_object"), repeatable)

    async def page(self, name: BucketName, listing: Listing) -> Listed:
        return await self.services.listing(await self.permit.readable(name), listing)

    async def page_ranked(self, name: BucketName, listing: Listing, order: Order, *, falling: bool, after: Place | None) -> Ranked:
        bucket = await self.permit.readable(name)
        return await self.services.listing.ranked(bucket, listing, order, falling=falling, after=after)

    async def versions(self, name: BucketName, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        bucket = await self.permit.readable(name)
        return await self.services.objects.page_versions(bucket.id, key, before=before, limit=limit)

    def _reads(self, action: str, name: BucketName, key: ObjectKey, version: VersionId | None) -> Read:
        """Known before anybody asks whether the caller may: what is refused goes on record too."""
        read = Read(caller=self.permit.caller, action=action, bucket=name, key=key, version=version)
        self.permit.request.reads(read)
        return read

    async def _delete(self, bucket: Bucket, key: ObjectKey) -> Deleted | StorageError:
        try:
            return await self.services.remove(bucket, key, self.permit.origin("delete_object"))
        except StorageError as error:
            return error
