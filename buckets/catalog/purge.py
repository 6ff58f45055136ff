"""What nobody can bring back is forgotten, batch by batch.

A purge takes its locks as a COMMIT does, and waits its turn among them: it settles the usage of the same owners. Under the lock of
a name its versions are looked at once more, so that what was restored meanwhile stays.
"""

from collections.abc import Sequence

from buckets.catalog import commit_rows, statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Pool, Session
from buckets.catalog.rows import Row
from buckets.change import Charge
from buckets.names import BucketId

_Q = statements.load("purge")
_C = statements.load("commit")


class PostgresPurge:
    """The part of the `Garbage` port that makes it."""

    _pool: Pool

    async def purge(self, *, limit: int, bucket: BucketId | None = None) -> int:
        async with self._pool.transaction() as session:
            seen = await session.rows(_Q["find_lost_versions"], limit, bucket)
            if seen:
                return await _purge(session, seen)
            return await _purge_names(session, limit, bucket)


async def _purge(session: Session, seen: Sequence[Row]) -> int:
    await session.run(_Q["lock_owners"], *columns({(row["account"], row["owner"]) for row in seen}, 2))
    await session.run(_Q["lock_names"], *columns({(row["bucket"], row["key"]) for row in seen}, 2))
    lost = await session.rows(_Q["still_lost_versions"], *columns(((row["bucket"], row["id"]) for row in seen), 2))
    await session.run(_C["retire_versions"], *columns(((row["bucket"], row["id"]) for row in lost), 2))
    await session.run(_Q["drop_heads"], *columns(((row["bucket"], row["key"], row["id"]) for row in lost), 3))
    await session.run(_C["settle_usage"], *columns(commit_rows.charges(_credit(row) for row in lost), 5))
    return len(lost)


async def _purge_names(session: Session, limit: int, among: BucketId | None) -> int:
    """Names that were used in deleted buckets, and count no versions any more."""
    while bucket := await session.row(_Q["find_emptied_bucket"], among):
        if dropped := await session.rows(_Q["drop_names"], bucket["id"], limit):
            return len(dropped)
        await session.run(_Q["mark_purged"], bucket["id"])
    return 0


def _credit(version: Row) -> Charge:
    owner = version["account"], version["owner"]
    return Charge(owner, 0, 0, -version["size"]) if version["is_trashed"] else Charge(owner, -version["size"], -1)
