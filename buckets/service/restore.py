"""Restoring an object: a name that was deleted points to what it pointed to before."""

from dataclasses import dataclass

from buckets.errors import NameTaken, NoSuchObject, PreconditionFailed
from buckets.model.blob import Span
from buckets.model.bucket import Bucket
from buckets.model.commit import Committed, Condition, Origin, PutItem, Repeatable
from buckets.model.version import Head, Kept
from buckets.names import ObjectKey
from buckets.ports import Ids, Objects
from buckets.service.committer import Committer

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreObject:
    """Brings back what was deleted last: out of the trash, or from behind the marker that hides it."""

    objects: Objects
    committer: Committer
    ids: Ids

    async def __call__(self, bucket: Bucket, key: ObjectKey, origin: Origin, repeatable: Repeatable | None = None) -> Committed:
        idempotency = repeatable.over() if repeatable else None
        before = await self.objects.find_answer((bucket.account, origin.caller.user), idempotency) if idempotency else None
        if before:
            return Committed(before, replayed=True)
        kept, head = await self._last(bucket, key)
        item = PutItem(
            operation=self.ids.uuid7(),
            bucket=bucket,
            key=key,
            content=head.content,
            blobs=[],
            extents=await self.objects.load_extents(bucket.id, head.version, Span(0, head.content.size)),
            origin=origin,
            condition=Condition(absent=True),
            idempotency=idempotency,
            state=head.state,
            visibility=head.visibility,
            restores=head if kept.trashed_at else None,
        )
        try:
            return await self.committer.put("restore", item)
        except PreconditionFailed as error:
            raise NameTaken(bucket.name, key) from error

    async def _last(self, bucket: Bucket, key: ObjectKey) -> tuple[Kept, Head]:
        before: int | None = None
        while page := await self.objects.page_versions(bucket.id, key, before=before, limit=_AT_ONCE):
            for kept in page:
                if kept.head and kept.is_current:
                    raise NameTaken(bucket.name, key)
                if kept.head:
                    return kept, kept.head
            before = page[-1].seq
        raise NoSuchObject(bucket.name, key)
