"""Leases, reads and lists of objects in dictionaries."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from uuid import UUID

from buckets import ranges
from buckets.errors import CatalogUnavailable
from buckets.key_range import EVERY_KEY, KeyRange
from buckets.memory import listing
from buckets.memory.records import Version
from buckets.memory.tables import READABLE, Tables
from buckets.model.blob import BlobLease, Extent, Span, lease_id
from buckets.model.block import SUM, SummedExtent, blocks_of
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.version import Head, Kept
from buckets.names import BucketId, ObjectKey, UserId, VersionId


class MemoryObjects(Tables):
    """The part of the `Objects` port that writes nothing but leases."""

    __slots__ = ()

    async def lease_blobs(self, *, placement: str, holder: UUID, count: int, lasting: timedelta) -> BlobLease:
        if placement not in self.placements:
            raise CatalogUnavailable(f"it knows no placement {placement}")
        lease = BlobLease(
            id=lease_id(self.ids.uuid7()), placement=placement, holder=holder, count=count, until=self.clock.now() + lasting
        )
        self.leases[lease.id] = lease
        return lease

    async def renew_leases(self, *, holder: UUID, lasting: timedelta) -> None:
        now = self.clock.now()
        for lease in self.leases.values():
            if lease.holder == holder and lease.until > now:
                self.leases[lease.id] = replace(lease, until=now + lasting)

    async def find_head(self, bucket: BucketId, key: ObjectKey) -> Head | None:
        head = self.head((bucket, key))
        return head if head and head.state in READABLE else None

    async def find_version(self, bucket: BucketId, key: ObjectKey, version: VersionId) -> Head | None:
        found = self.versions.get(version)
        if found is None or found.name != (bucket, key) or found.trashed_at or not found.head:
            return None
        return found.head if found.head.state in READABLE else None

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        found = self.versions.get(version)
        extents = found.extents if found and found.name[0] == bucket else []
        return list(ranges.cut(extents, span)) if span else extents

    async def load_sums(self, extents: Sequence[Extent]) -> Sequence[SummedExtent]:
        return [self._summed(extent) for extent in extents]

    async def page_heads(self, bucket: BucketId, keys: KeyRange, *, owner: UserId | None = None, limit: int) -> Sequence[Head]:
        return listing.within(self._readable(bucket, owner), keys)[:limit]

    async def page_folders(
        self, bucket: BucketId, keys: KeyRange, *, prefix: str, delimiter: str, limit: int
    ) -> Sequence[Head | Folder]:
        heads = listing.within(self._readable(bucket, None), keys)
        return list(islice(listing.folded(heads, prefix=prefix, delimiter=delimiter), limit))

    async def page_ranked(
        self,
        bucket: BucketId,
        order: Order,
        *,
        falling: bool,
        after: Place | None = None,
        keys: KeyRange = EVERY_KEY,
        owner: UserId | None = None,
        limit: int,
    ) -> Ranked:
        heads = listing.within(self._readable(bucket, owner), keys)
        return listing.ranked(heads, order, falling=falling, after=after, limit=limit)

    async def page_versions(self, bucket: BucketId, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        found = [self._kept(id_, each) for id_, each in self.versions.items() if each.name == (bucket, key)]
        young = sorted((each for each in found if before is None or each.seq < before), key=lambda each: -each.seq)
        return young[:limit]

    def _readable(self, bucket: BucketId, owner: UserId | None) -> Iterator[Head]:
        heads = (self.head(name) for name in self.current if name[0] == bucket)
        return (head for head in heads if head and head.state in READABLE and owner in (None, head.owner))

    def _kept(self, id_: VersionId, version: Version) -> Kept:
        return Kept(
            version=id_,
            seq=version.seq,
            at=version.at,
            is_current=self.current.get(version.name) == id_,
            head=version.head,
            trashed_at=version.trashed_at,
        )

    def _summed(self, extent: Extent) -> SummedExtent:
        blob, blocks = self.blobs.get(extent.blob) or self.condemned.get(extent.blob), blocks_of(extent.span)
        if blob is None:
            return SummedExtent(extent=extent, blob_size=0, sums=b"")
        return SummedExtent(extent=extent, blob_size=blob.size, sums=blob.sums[blocks.start * SUM : blocks.stop * SUM])
