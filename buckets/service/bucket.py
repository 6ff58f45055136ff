"""Making buckets, and changing their rules."""

from dataclasses import dataclass

from buckets.errors import InvalidScalar
from buckets.model.account import Caller
from buckets.model.bucket import Bucket, Rules, Versioning
from buckets.model.commit import Origin, Repeatable
from buckets.names import BucketId, BucketName
from buckets.ports import Buckets, Clock, Founded, Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeBucket:
    """Makes buckets for callers."""

    buckets: Buckets
    ids: Ids
    clock: Clock
    placement: str

    async def __call__(self, name: BucketName, rules: Rules, origin: Origin, repeatable: Repeatable | None = None) -> Founded:
        bucket = rules.applied_to(self._plain(name, origin.caller))
        return await self.buckets.create_bucket(bucket, origin=origin, idempotency=repeatable.over() if repeatable else None)

    def _plain(self, name: BucketName, caller: Caller) -> Bucket:
        return Bucket(
            id=BucketId(self.ids.uuid7()),
            name=name,
            account=caller.account,
            owner=caller.user,
            placement=self.placement,
            created_at=self.clock.now(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBucket:
    """Gives a bucket other rules."""

    buckets: Buckets

    async def __call__(self, bucket: Bucket, rules: Rules, origin: Origin) -> Bucket:
        """Versions, once kept, can only be suspended."""
        if rules.versioning is Versioning.OFF and bucket.versioning is not Versioning.OFF:
            raise InvalidScalar("The versioning", "a bucket that has kept versions can only suspend it")
        return await self.buckets.change_bucket(rules.applied_to(bucket), origin=origin)
