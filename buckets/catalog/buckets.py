"""Placements and buckets in PostgreSQL. What is done to a bucket leaves its line in the audit in the same transaction."""

from collections.abc import Sequence
from typing import Any

from buckets import key_range
from buckets.catalog import audit, commit_rows, rows, statements
from buckets.catalog.lookups import Lookups
from buckets.catalog.pool import Pool, Session
from buckets.errors import (
    BrokenSetting,
    BucketExists,
    BucketNotEmpty,
    BucketOwned,
    CatalogBusy,
    IdempotencyKeyReused,
    NoSuchBucket,
    Overtaken,
    StorageError,
)
from buckets.model.audit import Deed
from buckets.model.blob import Placement
from buckets.model.bucket import Bucket
from buckets.model.commit import Idempotency, Origin
from buckets.names import AccountId, BucketName
from buckets.ports import Founded, Ids

_Q = statements.load("buckets")
_C = statements.load("commit")
_BEHIND_ALL = "~"
"""Names of buckets have no such character."""


class PostgresBuckets:
    """The `Buckets` port."""

    _pool: Pool
    _lookups: Lookups
    _ids: Ids

    async def ensure_placement(self, placement: Placement) -> None:
        row = await self._pool.row(
            _Q["ensure_placement"], placement.id, placement.store, placement.physical_bucket, idempotent=True
        )
        if row is None or (row["store"], row["physical_bucket"]) != (placement.store, placement.physical_bucket):
            raise BrokenSetting(f"The placement {placement.id} is known to the catalog with another store than {placement.store}")

    async def create_bucket(
        self, bucket: Bucket, *, origin: Origin | None = None, idempotency: Idempotency | None = None
    ) -> Founded:
        async with self._pool.transaction() as session:
            founded = await self._replay(session, bucket, idempotency) if idempotency else None
            return founded or await self._found(session, bucket, origin, idempotency)

    async def find_bucket(self, name: BucketName) -> Bucket | None:
        return await self._lookups.buckets.find(name)

    async def page_buckets(self, account: AccountId, *, prefix: str, after: str, limit: int) -> Sequence[Bucket]:
        first = max(prefix, key_range.after(after) if after else "")
        before = key_range.beyond(prefix) or _BEHIND_ALL
        return [rows.bucket(row) for row in await self._pool.rows(_Q["page_buckets"], account, first, before, limit)]

    async def change_bucket(self, bucket: Bucket, *, origin: Origin) -> Bucket:
        async with self._pool.transaction() as session:
            row = await session.row(_Q["change_bucket"], bucket.id, bucket.revision, *_rules(bucket))
            if row is None:
                living = await session.row(_Q["is_living"], bucket.id)
                raise Overtaken if living else NoSuchBucket(bucket.name)
            await self._audit(session, bucket, origin, "change_bucket")
            return rows.bucket(row)

    async def delete_bucket(self, bucket: Bucket, *, origin: Origin, force: bool = False) -> None:
        async with self._pool.transaction() as session:
            if not await session.row(_Q["lock_living"], bucket.id):
                raise NoSuchBucket(bucket.name)
            if not force and await session.row(_Q["holds_content"], bucket.id):
                raise BucketNotEmpty(bucket.name)
            await session.run(_Q["delete_bucket"], bucket.id)
            await self._audit(session, bucket, origin, "delete_bucket")

    async def _found(self, session: Session, bucket: Bucket, origin: Origin | None, idempotency: Idempotency | None) -> Founded:
        names = bucket.id, bucket.name, bucket.account, bucket.owner, bucket.placement, bucket.created_at, bucket.revision
        if not await session.row(_Q["create_bucket"], *names, *_rules(bucket)):
            raise await _taken(session, bucket)
        if idempotency:
            await session.run(_Q["add_bucket_answer"], bucket.id, idempotency.key, idempotency.fingerprint)
        await self._audit(session, bucket, origin, "create_bucket")
        return Founded(bucket)

    async def _replay(self, session: Session, bucket: Bucket, idempotency: Idempotency) -> Founded | None:
        """What was answered before. Until this transaction ends, nobody else gets an answer under the owner's keys."""
        owner = bucket.account, bucket.owner
        await session.run(_C["open_usage"], *commit_rows.columns([owner], 2))
        await session.run(_Q["lock_owner"], *owner)
        row = await session.row(_Q["find_bucket_answer"], *owner, idempotency.key)
        if row is None:
            return None
        if row["fingerprint"] != idempotency.fingerprint or row["name"] is None:
            raise IdempotencyKeyReused
        return Founded(rows.bucket(row), replayed=True)

    async def _audit(self, session: Session, bucket: Bucket, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        deed = Deed(id=self._ids.uuid7(), account=bucket.account, action=what, bucket=bucket.name)
        await audit.record(session, [(deed, origin)])


async def _taken(session: Session, bucket: Bucket) -> StorageError:
    row = await session.row(_Q["find_buckets"], [bucket.name])
    if row is None:
        return CatalogBusy()  # it was, and is not any more
    return BucketOwned(bucket.name) if row["account"] == bucket.account else BucketExists(bucket.name)


def _rules(bucket: Bucket) -> Sequence[Any]:
    settings = commit_rows.document(rows.settings(bucket))
    return bucket.versioning, bucket.visibility, int(bucket.trash.total_seconds()), settings
