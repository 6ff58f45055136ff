"""What a COMMIT locks, and what it learns by that.

The locks come in one order (buckets by id, usage by owner, heads by bucket and key, leases by id, blobs by id), so that groups
cannot deadlock, neither with each other nor with a purge (`purge.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from buckets.catalog import statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Session
from buckets.catalog.rows import Row
from buckets.change import Present, Standing
from buckets.errors import LeaseExpired, SourceMoved, StorageError
from buckets.model.blob import lease_of
from buckets.model.bucket import Bucket, Versioning
from buckets.model.commit import CommitItem, Name, Owner, PutItem
from buckets.names import BlobId, LeaseId

_Q = statements.load("commit")


class Locks:
    """Those of one attempt at a group."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def buckets(self, items: Sequence[CommitItem]) -> Sequence[CommitItem]:
        """The items whose buckets are still there, under the rules of now."""
        rows = await self._session.rows(_Q["lock_buckets"], sorted({item.bucket.id for item in items}))
        living = {row["id"]: row for row in rows}
        return [replace(item, bucket=_ruled(item.bucket, living[item.bucket.id])) for item in items if item.bucket.id in living]

    async def usage(self, owners: Iterable[Owner], items: Sequence[CommitItem]) -> set[Owner]:
        """Of those known, and of those whose objects seem to be going: to be charged, a row must be locked before any head is."""
        rows = await self._session.rows(_Q["lock_usage"], *columns(owners, 2), *_names(items))
        return {(row["account"], row["owner"]) for row in rows}

    async def open_usage(self, owners: Iterable[Owner]) -> None:
        """Rows for those that have none. Afterwards this attempt must end: it would lock what comes before what it has."""
        await self._session.run(_Q["open_usage"], *columns(sorted(owners), 2))

    async def heads(self, items: Sequence[CommitItem]) -> Mapping[Name, Standing]:
        await self._session.run(_Q["open_heads"], *_names(items))
        heads = await self._session.rows(_Q["lock_heads"], *_names(items))
        nulls, trashed = await self._nulls(items), await self._trashed(items)
        return {(row["bucket"], row["key"]): _standing(row, nulls, trashed) for row in heads}

    async def unsound(self, items: Sequence[CommitItem]) -> Mapping[UUID, StorageError]:
        """Items whose blobs cannot be referred to any more. The blobs of the others stay as they are for now."""
        puts = [item for item in items if isinstance(item, PutItem)]
        leases = await self._leases({lease_of(blob.id) for item in puts for blob in item.blobs})
        live = await self._blobs({blob for item in puts for blob in _borrowed(item)})
        found: dict[UUID, StorageError] = {}
        for item in puts:
            if not all(lease_of(blob.id) in leases for blob in item.blobs):
                found[item.operation] = LeaseExpired()
            elif not live.issuperset(_borrowed(item)):
                found[item.operation] = SourceMoved()
        return found

    async def _nulls(self, items: Sequence[CommitItem]) -> Mapping[Name, Present]:
        """The null versions that buckets which have ceased to keep versions still have; in others the head says enough."""
        names = [item.name for item in items if item.bucket.versioning is Versioning.SUSPENDED]
        return _by_name(await self._session.rows(_Q["find_null_versions"], *columns(names, 2)) if names else [])

    async def _trashed(self, items: Sequence[CommitItem]) -> Mapping[Name, Present]:
        """The versions that are to be restored."""
        lines = [(*item.name, item.restores.version) for item in items if isinstance(item, PutItem) and item.restores]
        return _by_name(await self._session.rows(_Q["find_trashed_versions"], *columns(lines, 3)) if lines else [])

    async def _leases(self, leases: set[LeaseId]) -> set[LeaseId]:
        return {row["id"] for row in await self._session.rows(_Q["lock_leases"], sorted(leases))} if leases else set()

    async def _blobs(self, blobs: set[BlobId]) -> set[BlobId]:
        return {row["id"] for row in await self._session.rows(_Q["lock_blobs"], sorted(blobs))} if blobs else set()


def owners_at_first(items: Iterable[CommitItem]) -> set[Owner]:
    """Who is charged for a group, as far as it says so itself."""
    restored = (item.restores for item in items if isinstance(item, PutItem) and item.restores)
    return {item.writer for item in items} | {(head.account, head.owner) for head in restored}


def owners_met(standings: Iterable[Standing]) -> set[Owner]:
    """Who is charged for what a group has met."""
    met = (present for each in standings for present in (each.current, each.null, each.trashed))
    return {present.owner for present in met if present}


def _ruled(bucket: Bucket, row: Row) -> Bucket:
    return replace(bucket, versioning=Versioning(row["versioning"]), trash=timedelta(seconds=row["trash_seconds"]))


def _names(items: Iterable[CommitItem]) -> Sequence[Sequence[object]]:
    return columns((item.name for item in items), 2)


def _borrowed(item: PutItem) -> set[BlobId]:
    """The blobs that an item refers to without bringing them."""
    return {extent.blob for extent in item.extents} - {blob.id for blob in item.blobs}


def _standing(row: Row, nulls: Mapping[Name, Present], trashed: Mapping[Name, Present]) -> Standing:
    name = row["bucket"], row["key"]
    current = _present(row) if row["listed"] else None
    return Standing(seq=row["seq"], current=current, null=nulls.get(name), trashed=trashed.get(name))


def _by_name(rows: Iterable[Row]) -> Mapping[Name, Present]:
    return {(row["bucket"], row["key"]): _present(row) for row in rows}


def _present(row: Row) -> Present:
    return Present(version=row["version"], owner=(row["account"], row["owner"]), size=row["size"], etag=row["etag"])
