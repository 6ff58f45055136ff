"""Garbage in PostgreSQL: blobs that lost their last reference, and names that were given up. Versions go in `purge.py`.

No statement here waits for a lock. Who adds a reference locks the blob first, who commits a new blob locks its lease
(`queries/commit.sql`): so what is locked here is nobody's, and stays so until this transaction ends.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from buckets.catalog import statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Pool
from buckets.catalog.purge import PostgresPurge
from buckets.catalog.rows import Row
from buckets.errors import CatalogUnavailable
from buckets.model.blob import BlobLease
from buckets.names import BlobId, LeaseId
from buckets.ports import Condemned

_Q = statements.load("garbage")


class PostgresGarbage(PostgresPurge):
    """The `Garbage` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def condemn_abandoned(self, *, margin: timedelta, limit: int) -> int:
        for ended in range(limit):
            if not await self._end_lease(margin):
                return ended
        return limit

    async def condemn_unreferenced(self, *, grace: timedelta, limit: int) -> int:
        async with self._pool.transaction() as session:
            candidates = [row["blob"] for row in await session.rows(_Q["lock_candidates"], limit)]
            if candidates:
                await session.run(_Q["condemn_unreferenced"], candidates, grace)
                await session.run(_Q["drop_candidates"], candidates)
        return len(candidates)

    async def pin(self, reason: str, *, lasting: timedelta) -> UUID:
        row = await self._pool.row(_Q["pin"], reason, lasting, idempotent=False)
        if row is None:
            raise CatalogUnavailable("it did not write a pin down")
        return UUID(bytes=row["id"].bytes)

    async def renew_pin(self, pin: UUID, *, lasting: timedelta) -> bool:
        return await self._pool.row(_Q["renew_pin"], pin, lasting) is not None

    async def unpin(self, pin: UUID) -> None:
        await self._pool.run(_Q["unpin"], pin, idempotent=True)

    async def due(self, placements: Collection[str], *, limit: int) -> Sequence[Condemned]:
        return [_condemned(row) for row in await self._pool.rows(_Q["due_blobs"], list(placements), limit)]

    async def erased(self, blobs: Sequence[Condemned], *, again_after: timedelta) -> int:
        seen = columns(((each.blob, each.erased) for each in blobs), 2)
        async with self._pool.transaction() as session:
            ours = await session.rows(_Q["lock_erased"], *seen)
            await session.run(_Q["erase_again"], [row["id"] for row in ours if not row["erased"]], again_after)
            await session.run(_Q["forget_blobs"], [row["id"] for row in ours if row["erased"]])
        return len(ours)

    async def _end_lease(self, margin: timedelta) -> bool:
        """One lease, in a transaction of its own; whether there was one."""
        async with self._pool.transaction() as session:
            row = await session.row(_Q["lock_abandoned"], margin)
            if row:
                lease = _lease(row)
                await session.run(_Q["condemn_names"], list(lease), lease.placement)
                await session.run(_Q["end_lease"], lease.id)
        return row is not None


def _lease(row: Row) -> BlobLease:
    return BlobLease(
        id=LeaseId(row["id"]), placement=row["placement"], holder=row["holder"], count=row["names"], until=row["until"]
    )


def _condemned(row: Row) -> Condemned:
    return Condemned(blob=BlobId(row["id"]), placement=row["placement"], locator=row["locator"], erased=row["erased"])
