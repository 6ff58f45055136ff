"""The buckets that a caller may do something with."""

from collections.abc import Sequence
from dataclasses import dataclass

from buckets.model.action import Action
from buckets.model.bucket import Bucket, Rules
from buckets.model.commit import Repeatable
from buckets.model.job import NewJob
from buckets.names import BucketName, JobId
from buckets.ports import Buckets, Founded, Jobs, Locks
from buckets.service.bucket import ChangeBucket, MakeBucket
from gateway.auth.once import once
from gateway.auth.permit import Permit

PURGE = "purge"
"""The kind of the jobs that forget what deleted buckets held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketServices:
    """The use cases, unguarded."""

    buckets: Buckets
    make: MakeBucket
    change: ChangeBucket
    jobs: Jobs
    locks: Locks


@dataclass(frozen=True, slots=True)
class GuardedBuckets:
    """What one caller may do with buckets, within one request."""

    permit: Permit
    services: BucketServices

    async def make(self, name: BucketName, rules: Rules, repeatable: Repeatable | None = None) -> Founded:
        self.permit.must(Action.CREATE_BUCKET)
        async with once(self.services.locks, self.permit, repeatable):
            return await self.services.make(name, rules, self.permit.origin(Action.CREATE_BUCKET), repeatable)

    async def find(self, name: BucketName) -> Bucket:
        bucket, _ = await self.permit.to(Action.GET_BUCKET, name)
        return bucket

    async def page(self, *, prefix: str = "", after: str = "", limit: int) -> Sequence[Bucket]:
        self.permit.must(Action.LIST_BUCKETS)
        return await self.services.buckets.page_buckets(self.permit.caller.account, prefix=prefix, after=after, limit=limit)

    async def change(self, present: Bucket, rules: Rules) -> Bucket:
        """Give a bucket that was found other rules, unless somebody has done so since."""
        _, origin = await self.permit.to(Action.CHANGE_BUCKET, present.name)
        return await self.services.change(present, rules, origin)

    async def delete(self, name: BucketName) -> None:
        """An empty one."""
        bucket, origin = await self.permit.to(Action.DELETE_BUCKET, name)
        await self.services.buckets.delete_bucket(bucket, origin=origin)

    async def delete_with_content(self, name: BucketName) -> JobId:
        """The bucket is gone at once; a job forgets what it held."""
        bucket, origin = await self.permit.to(Action.DELETE_BUCKET, name)
        await self.services.buckets.delete_bucket(bucket, origin=origin, force=True)
        account, user = self.permit.owner
        job = NewJob(kind=PURGE, payload={"bucket": str(bucket.id)}, account=account, owner=user)
        [number] = await self.services.jobs.enqueue([job])
        return number
