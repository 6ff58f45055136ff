"""The objects that a caller may do something with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from buckets.errors import NotPermitted, StorageError
from buckets.model.action import Action
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Committed, Condition, Deleted, Origin, Repeatable
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
        bucket, origin = await self.permit.to(Action.PUT_OBJECT, name, key)
        async with once(self.services.locks, self.permit, upload.repeatable):
            return bucket, await self.services.put(bucket, key, upload, origin)

    async def head(self, name: BucketName, key: ObjectKey, version: VersionId | None = None) -> tuple[Bucket, Head]:
        read = self._reads("head_object", name, key, version)
        sight = await self.permit.to_read(name, key, read)
        head = await sight.of(self.services.read.head(sight.bucket, key, version))
        sight.must_see(head)
        read.found(sight.bucket, head.version)
        return sight.bucket, head

    async def open(
        self, name: BucketName, key: ObjectKey, wanted: Wanted = everything, *, version: VersionId | None = None
    ) -> tuple[Bucket, Reading]:
        read = self._reads("get_object", name, key, version)
        sight = await self.permit.to_read(name, key, read)
        reading = await sight.of(self.services.read.open(sight.bucket, key, sight.wanted(wanted), version=version))
        read.found(sight.bucket, reading.head.version)
        return sight.bucket, reading

    async def delete(
        self, name: BucketName, key: ObjectKey, *, condition: Condition = UNCONDITIONAL, forever: bool = False
    ) -> Deleted:
        bucket, origin = await self.permit.to(Action.PURGE_OBJECT if forever else Action.DELETE_OBJECT, name, key)
        return await self.services.remove(bucket, key, origin, condition=condition, forever=forever)

    async def delete_many(self, name: BucketName, keys: Sequence[ObjectKey]) -> Sequence[Deleted | StorageError]:
        """What became of each, in their order."""
        bucket = await self.permit.home(Action.DELETE_OBJECT, name)
        return await asyncio.gather(*(self._delete(bucket, key) for key in keys))

    async def copy(
        self, source: Named, target: Named, terms: CopyTerms, *, version: VersionId | None = None
    ) -> tuple[Bucket, Committed]:
        there, origin = await self.permit.to(Action.COPY_OBJECT, *target)
        here = await self.permit.to_read(*source)
        what = Source(bucket=here.bucket, key=source[1], version=version, see=here.must_see)
        async with once(self.services.locks, self.permit, terms.repeatable):
            _, committed = await here.of(self.services.copy(what, Target(there, target[1]), origin, terms))
        return there, committed

    async def move(self, source: Named, target: Named, terms: CopyTerms) -> tuple[Bucket, Committed]:
        there, writing = await self.permit.to(Action.MOVE_OBJECT, *target)
        here, _ = await self.permit.to(Action.GET_OBJECT, *source)
        deleting = self.permit.judged(Action.DELETE_OBJECT, here, source[1])
        origin = replace(writing, only_own=writing.only_own or deleting.only_own)
        what = Source(bucket=here, key=source[1], see=partial(self._must_own, deleting))
        async with once(self.services.locks, self.permit, terms.repeatable):
            return there, await self.services.move(what, Target(there, target[1]), origin, terms)

    async def edit(self, name: BucketName, key: ObjectKey, edits: Edits, *, condition: Condition = UNCONDITIONAL) -> Head:
        bucket, origin = await self.permit.to(Action.EDIT_OBJECT, name, key)
        return await self.services.edit(bucket, key, edits, origin, condition=condition)

    async def restore(self, name: BucketName, key: ObjectKey, repeatable: Repeatable | None = None) -> tuple[Bucket, Committed]:
        bucket, origin = await self.permit.to(Action.RESTORE_OBJECT, name, key)
        async with once(self.services.locks, self.permit, repeatable):
            return bucket, await self.services.restore(bucket, key, origin, repeatable)

    async def page(self, name: BucketName, listing: Listing) -> Listed:
        bucket, _ = await self.permit.to(Action.LIST_OBJECTS, name, listing.prefix)
        return await self.services.listing(bucket, listing)

    async def page_ranked(self, name: BucketName, listing: Listing, order: Order, *, falling: bool, after: Place | None) -> Ranked:
        bucket, _ = await self.permit.to(Action.LIST_OBJECTS, name, listing.prefix)
        return await self.services.listing.ranked(bucket, listing, order, falling=falling, after=after)

    async def versions(self, name: BucketName, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        bucket, _ = await self.permit.to(Action.GET_OBJECT, name, key)
        return await self.services.objects.page_versions(bucket.id, key, before=before, limit=limit)

    def _reads(self, action: str, name: BucketName, key: ObjectKey, version: VersionId | None) -> Read:
        """Known before anybody asks whether the caller may: what is refused goes on record too."""
        read = Read(caller=self.permit.who, action=action, bucket=name, key=key, version=version)
        self.permit.request.reads(read)
        return read

    async def _delete(self, bucket: Bucket, key: ObjectKey) -> Deleted | StorageError:
        try:
            return await self.services.remove(bucket, key, self.permit.judged(Action.DELETE_OBJECT, bucket, key))
        except StorageError as error:
            return error

    def _must_own(self, deleting: Origin, head: Head) -> None:
        """Before anything is copied: half a move is a copy."""
        if deleting.only_own and (head.account, head.owner) != self.permit.owner:
            raise NotPermitted(Action.MOVE_OBJECT)
