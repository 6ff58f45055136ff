"""Placements and buckets in PostgreSQL."""

from buckets.catalog import queries, rows
from buckets.catalog.pool import Lane, Pool
from buckets.errors import BrokenSetting, BucketExists
from buckets.model.blob import Placement
from buckets.model.bucket import Bucket
from buckets.names import BucketName

_Q = queries.load("buckets")


class PostgresBuckets:
    """The `Buckets` port."""

    _pool: Pool

    async def ensure_placement(self, placement: Placement) -> None:
        row = await self._pool.row(
            _Q["ensure_placement"], placement.id, placement.store, placement.physical_bucket, idempotent=True
        )
        if row is None or (row["store"], row["physical_bucket"]) != (placement.store, placement.physical_bucket):
            raise BrokenSetting(f"The placement {placement.id} is known to the catalog with another store than {placement.store}")

    async def create_bucket(self, bucket: Bucket) -> None:
        row = await self._pool.row(
            _Q["create_bucket"],
            bucket.id,
            bucket.name,
            bucket.account,
            bucket.owner,
            bucket.placement,
            bucket.versioning,
            bucket.visibility,
            int(bucket.trash.total_seconds()),
            bucket.created_at,
            idempotent=False,
        )
        if row is None:
            raise BucketExists(bucket.name)

    async def find_bucket(self, name: BucketName) -> Bucket | None:
        row = await self._pool.row(_Q["find_bucket"], name, lane=Lane.LOOKUP)
        return rows.bucket(row) if row else None
