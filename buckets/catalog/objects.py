"""Leases, heads and extents in PostgreSQL; the writes of objects are in `commit.py`, their lists in `listing.py`."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from buckets.catalog import proofs, rows, statements
from buckets.catalog.commit import Commit, answered
from buckets.catalog.commit_locks import owners_at_first
from buckets.catalog.commit_rows import columns
from buckets.catalog.lookups import Lookups
from buckets.catalog.pool import Lane, Pool
from buckets.change import require_apart
from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError
from buckets.model.blob import LONGEST_REQUEST, BlobLease, Extent, Span, lease_id
from buckets.model.block import SUM, SummedExtent, blocks_of
from buckets.model.commit import CommitItem, Idempotency, Outcome, Owner
from buckets.model.version import Head
from buckets.names import BucketId, ObjectKey, VersionId
from buckets.ports import Ids

_Q = statements.load("objects")
_C = statements.load("commit")
_ATTEMPTS = 5
_FARTHEST = (1 << 63) - 1


class PostgresObjects:
    """The `Objects` port."""

    _pool: Pool
    _lookups: Lookups
    _ids: Ids

    async def lease_blobs(self, *, placement: str, holder: UUID, count: int, lasting: timedelta) -> BlobLease:
        lease = lease_id(self._ids.uuid7())
        row = await self._pool.row(_Q["lease_blobs"], lease, placement, holder, count, lasting, idempotent=False)
        if row is None:
            raise CatalogUnavailable("it did not write a lease down")
        return BlobLease(id=lease, placement=placement, holder=holder, count=count, until=row["until"])

    async def renew_leases(self, *, holder: UUID, lasting: timedelta) -> None:
        await self._pool.run(_Q["renew_leases"], holder, lasting, 2 * LONGEST_REQUEST, idempotent=True)

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        require_apart(items)
        owners = owners_at_first(items)
        for _ in range(_ATTEMPTS):
            async with self._pool.transaction(Lane.COMMIT) as session:
                outcomes = await Commit(session, items, owners).run()
            if outcomes is not None:
                return outcomes
        raise CatalogBusy

    async def find_answer(self, writer: Owner, idempotency: Idempotency) -> Head | None:
        row = await self._pool.row(_C["find_answers"], *columns([(*writer, idempotency.key)], 3))
        answer = answered(idempotency, row) if row else None
        if isinstance(answer, StorageError):
            raise answer
        return answer

    async def resolve(self, item: CommitItem) -> Outcome | None:
        voided = await self._pool.row(
            _C["void_operation"], item.operation, item.bucket.account, item.bucket.id, item.key, lane=Lane.COMMIT, idempotent=False
        )
        if voided:
            return None
        row = await self._pool.row(_C["find_operation"], item.operation, lane=Lane.COMMIT)
        return proofs.outcome(item, row) if row else None

    async def find_head(self, bucket: BucketId, key: ObjectKey) -> Head | None:
        return await self._lookups.heads.find((bucket, key))

    async def find_version(self, bucket: BucketId, key: ObjectKey, version: VersionId) -> Head | None:
        row = await self._pool.row(_Q["find_version"], bucket, key, version, lane=Lane.LOOKUP)
        return rows.head(row) if row else None

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        start, stop = (span.offset, span.end) if span else (0, _FARTHEST)
        found = await self._pool.rows(_Q["load_extents"], bucket, version, start, stop, lane=Lane.LOOKUP)
        return [rows.extent(row) for row in found]

    async def load_sums(self, extents: Sequence[Extent]) -> Sequence[SummedExtent]:
        blocks = [blocks_of(extent.span) for extent in extents]
        places = [each.start * SUM for each in blocks], [len(each) * SUM for each in blocks]
        found = await self._pool.rows(_Q["load_sums"], [extent.blob for extent in extents], *places, lane=Lane.LOOKUP)
        return [rows.summed(extent, row) for extent, row in zip(extents, found, strict=True)]
