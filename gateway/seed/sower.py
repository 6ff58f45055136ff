"""Sowing: each object comes to be what its sketch says, by as few writes as that takes.

What is there is looked at first, so that a second run writes nothing and one after a crash goes on where the first was cut. Every
write holds only if nothing has happened to its name since: an object that somebody else has put there stays.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from hashlib import md5

from buckets.errors import NoSuchObject, NotPermitted, Overtaken, PreconditionFailed
from buckets.model.account import Caller
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import Condition
from buckets.model.version import Head
from buckets.ports import Claims
from gateway.auth.guard import Guard
from gateway.auth.objects import GuardedObjects, Upload
from gateway.auth.permit import Request
from gateway.seed.item import Item, is_seeded
from gateway.seed.plan import Plan
from gateway.seed.side_by_side import side_by_side
from gateway.seed.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Sower:
    """Sows for users who may write, in turns."""

    guard: Guard
    request: Request
    writers: Sequence[Caller]
    tally: Tally
    stopping: Callable[[], bool]

    async def sow(self, plan: Plan) -> None:
        find = self.guard.for_caller(self.writers[0], self.request).buckets.find
        buckets = {name: await find(name) for name in plan.buckets}
        await side_by_side(plan.items(), lambda item: self._sow(item, buckets[item.bucket]), stopping=self.stopping)

    async def _sow(self, item: Item, bucket: Bucket) -> None:
        self.tally.begin(item.bucket)
        caller = self.writers[item.writer % len(self.writers)]
        services = self.guard.for_caller(caller, self.request)
        try:
            await self._tend(Patch(item, bucket, services.objects))
        except (PreconditionFailed, NotPermitted, Overtaken):  # somebody else has come between
            self.tally.add(item.bucket, left=1)

    async def _tend(self, patch: "Patch") -> None:
        item, head = patch.item, await patch.head()
        if head and not is_seeded(item.bucket, head):
            self.tally.add(item.bucket, left=1)
        elif not head and item.sketch.deleted and await patch.was_deleted():
            self.tally.add(item.bucket, present=1)
        else:
            await self._complete(patch, head)

    async def _complete(self, patch: "Patch", head: Head | None) -> None:
        """Store the drafts that are missing; what is to be in the trash is deleted then."""
        item = patch.item
        missing = self._missing(patch, head)
        for draft in missing:
            head = await patch.put(draft, head)
            self.tally.add(item.bucket, versions=1, bytes=len(draft))
        if item.sketch.deleted and head:
            await patch.delete(head)
        is_new = bool(missing) or item.sketch.deleted
        self.tally.add(item.bucket, made=is_new, present=not is_new, trashed=item.sketch.deleted)

    def _missing(self, patch: "Patch", head: Head | None) -> Sequence[bytes]:
        """Those behind the one that is there; where something else was made of it, the last."""
        drafts = patch.drafts
        if head is None:
            return drafts
        etags = [md5(draft, usedforsecurity=False).hexdigest() for draft in drafts]
        there = head.content.digests.etag
        return drafts[etags.index(there) + 1 :] if there in etags else drafts[-1:]


@dataclass(frozen=True, slots=True)
class Patch:
    """Where an object grows: its name in its bucket, and the services of who tends it."""

    item: Item
    bucket: Bucket
    objects: GuardedObjects

    @property
    def drafts(self) -> Sequence[bytes]:
        """Where an overwrite keeps nothing, earlier drafts would only pass through."""
        drafts = self.item.sketch.drafts
        return drafts if self.bucket.versioning is Versioning.ENABLED else drafts[-1:]

    async def head(self) -> Head | None:
        try:
            return (await self.objects.head(self.bucket.name, self.item.key))[1]
        except NoSuchObject:
            return None

    async def was_deleted(self) -> bool:
        """Whether what this name pointed to last was seeded, or nothing of what is deleted here is kept."""
        if self.bucket.versioning is Versioning.OFF and not self.bucket.trash:
            return True
        kept = await self.objects.versions(self.bucket.name, self.item.key, limit=10)
        last = next((each.head for each in kept if each.head), None)
        return last is not None and is_seeded(self.bucket.name, last)

    async def put(self, draft: bytes, before: Head | None) -> Head:
        upload = Upload(
            body=_whole(draft),
            claims=Claims(size=len(draft)),
            content_type=self.item.sketch.content_type,
            metadata=self.item.metadata,
            tags=self.item.sketch.tags,
            filename=self.item.key.rpartition("/")[2],
            condition=Condition(seq=before.seq) if before else Condition(absent=True),
        )
        return (await self.objects.put(self.bucket.name, self.item.key, upload))[1].head

    async def delete(self, head: Head) -> None:
        await self.objects.delete(self.bucket.name, self.item.key, condition=Condition(seq=head.seq))


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body
