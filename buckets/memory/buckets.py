"""Placements and buckets in dictionaries."""

from collections.abc import Sequence
from dataclasses import replace

from buckets.errors import (
    BrokenSetting,
    BucketExists,
    BucketNotEmpty,
    BucketOwned,
    IdempotencyKeyReused,
    NoSuchBucket,
    Overtaken,
)
from buckets.memory.tables import Tables
from buckets.model.audit import Deed
from buckets.model.blob import Placement
from buckets.model.bucket import Bucket, Rules
from buckets.model.commit import Idempotency, Origin
from buckets.names import AccountId, BucketName
from buckets.ports import Founded


class MemoryBuckets(Tables):
    """The `Buckets` port."""

    __slots__ = ()

    async def ensure_placement(self, placement: Placement) -> None:
        known = self.placements.setdefault(placement.id, placement)
        if known != placement:
            raise BrokenSetting(f"The placement {placement.id} is known to the catalog with another store than {placement.store}")

    async def create_bucket(
        self, bucket: Bucket, *, origin: Origin | None = None, idempotency: Idempotency | None = None
    ) -> Founded:
        owner = bucket.account, bucket.owner
        if idempotency and (owner, idempotency.key) in self.answers:
            return self._founded_before(bucket, idempotency)
        if bucket.name in self.buckets:
            raise BucketOwned(bucket.name) if self.buckets[bucket.name].account == bucket.account else BucketExists(bucket.name)
        self.buckets[bucket.name] = bucket
        if idempotency:
            self.answers[owner, idempotency.key] = idempotency.fingerprint, bucket
        self._record(bucket, origin, "create_bucket")
        return Founded(bucket)

    async def find_bucket(self, name: BucketName) -> Bucket | None:
        return self.buckets.get(name)

    async def page_buckets(self, account: AccountId, *, prefix: str, after: str, limit: int) -> Sequence[Bucket]:
        found = [each for each in self.buckets.values() if each.account == account and each.name.startswith(prefix)]
        return sorted((each for each in found if each.name > after), key=lambda each: each.name)[:limit]

    async def change_bucket(self, bucket: Bucket, *, origin: Origin) -> Bucket:
        present = self.living(bucket.id)
        if present is None:
            raise NoSuchBucket(bucket.name)
        if present.revision != bucket.revision:
            raise Overtaken
        changed = self.buckets[present.name] = replace(Rules.of(bucket).applied_to(present), revision=present.revision + 1)
        self._record(bucket, origin, "change_bucket")
        return changed

    async def delete_bucket(self, bucket: Bucket, *, origin: Origin, force: bool = False) -> None:
        if self.living(bucket.id) is None:
            raise NoSuchBucket(bucket.name)
        if not force and any(each.name[0] == bucket.id and not each.trashed_at for each in self.versions.values()):
            raise BucketNotEmpty(bucket.name)
        del self.buckets[bucket.name]
        self._record(bucket, origin, "delete_bucket")

    def _founded_before(self, bucket: Bucket, idempotency: Idempotency) -> Founded:
        fingerprint, answer = self.answers[(bucket.account, bucket.owner), idempotency.key]
        if fingerprint != idempotency.fingerprint or not isinstance(answer, Bucket):
            raise IdempotencyKeyReused
        return Founded(answer, replayed=True)

    def _record(self, bucket: Bucket, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        self.record(Deed(id=self.ids.uuid7(), account=bucket.account, action=what, bucket=bucket.name), origin)
