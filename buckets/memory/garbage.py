"""Garbage in dictionaries. One event loop, no awaits in the middle: every method is atomic by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from buckets.change import Charge
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.records import Version
from buckets.model.blob import BlobLease
from buckets.names import BlobId, BucketId, VersionId
from buckets.ports import Condemned


@dataclass(slots=True)
class _Entry:
    """A condemned blob, and when its bytes may go."""

    condemned: Condemned
    erase_at: datetime


@dataclass(slots=True)
class MemoryGarbage:
    """The `Garbage` port."""

    catalog: MemoryCatalog
    entries: dict[BlobId, _Entry] = field(default_factory=dict)
    pins: dict[UUID, datetime] = field(default_factory=dict)

    async def purge(self, *, limit: int, bucket: BucketId | None = None) -> int:
        among = {id_: each for id_, each in self.catalog.versions.items() if bucket in (None, each.name[0])}
        lost = [id_ for id_, each in among.items() if self._is_lost(each)][:limit]
        for id_ in lost:
            self._purge(id_)
        return len(lost) or self._purge_names(limit, bucket)

    async def pin(self, reason: str, *, lasting: timedelta) -> UUID:
        pin = self.catalog.ids.uuid7()
        self.pins[pin] = self.catalog.clock.now() + lasting
        return pin

    async def renew_pin(self, pin: UUID, *, lasting: timedelta) -> bool:
        now = self.catalog.clock.now()
        holds = self.pins.get(pin, now) > now
        if holds:
            self.pins[pin] = now + lasting
        return holds

    async def unpin(self, pin: UUID) -> None:
        self.pins.pop(pin, None)

    async def condemn_abandoned(self, *, margin: timedelta, limit: int) -> int:
        ran_out = self.catalog.clock.now() - margin
        abandoned = [lease for lease in self.catalog.leases.values() if lease.until <= ran_out]
        oldest = sorted(abandoned, key=lambda lease: lease.until)[:limit]
        for lease in oldest:
            self._end(lease)
        return len(oldest)

    async def condemn_unreferenced(self, *, grace: timedelta, limit: int) -> int:
        candidates = list(islice(self.catalog.gc_candidates, limit))
        self.catalog.gc_candidates -= set(candidates)
        for blob in set(candidates) - self._referenced():
            gone = self.catalog.condemned[blob] = self.catalog.blobs.pop(blob)
            self._condemn(Condemned(blob=blob, placement=gone.placement, locator=gone.locator), grace)
        return len(candidates)

    async def due(self, placements: Collection[str], *, limit: int) -> Sequence[Condemned]:
        now = self.catalog.clock.now()
        if any(until > now for until in self.pins.values()):
            return []
        found = [each for each in self.entries.values() if each.erase_at <= now and each.condemned.placement in placements]
        return [each.condemned for each in sorted(found, key=lambda each: each.erase_at)[:limit]]

    async def erased(self, blobs: Sequence[Condemned], *, again_after: timedelta) -> int:
        ours = [each for each in blobs if self._erased(each.blob) == each.erased]
        for each in ours:
            if each.erased:
                self._forget(each.blob)
            else:
                self._condemn(replace(self.entries[each.blob].condemned, erased=1), again_after)
        return len(ours)

    def _is_lost(self, version: Version) -> bool:
        """Whether it is in no living bucket, or was in the trash for as long as its bucket says."""
        bucket, gone = self.catalog.living(version.name[0]), version.trashed_at
        return bucket is None or (gone is not None and gone + bucket.trash <= self.catalog.clock.now())

    def _purge(self, id_: VersionId) -> None:
        version = self.catalog.versions[id_]
        size = version.head.content.size if version.head else 0
        self.catalog.charge(Charge(version.owner, 0, 0, -size) if version.trashed_at else Charge(version.owner, -size, -1))
        self.catalog.forget([id_])
        if self.catalog.current.get(version.name) == id_:
            del self.catalog.current[version.name], self.catalog.seqs[version.name]

    def _purge_names(self, limit: int, among: BucketId | None) -> int:
        """Those of deleted buckets that nothing is left of but their order."""
        names = (name for name in self.catalog.seqs if among in (None, name[0]))
        lost = [name for name in names if self.catalog.living(name[0]) is None][:limit]
        for name in lost:
            del self.catalog.seqs[name]
        return len(lost)

    def _end(self, lease: BlobLease) -> None:
        del self.catalog.leases[lease.id]
        for blob in lease:
            if blob not in self.catalog.blobs and blob not in self.entries:
                self._condemn(Condemned(blob=blob, placement=lease.placement, locator=None), timedelta())

    def _condemn(self, condemned: Condemned, wait: timedelta) -> None:
        self.entries[condemned.blob] = _Entry(condemned, self.catalog.clock.now() + wait)

    def _erased(self, blob: BlobId) -> int | None:
        entry = self.entries.get(blob)
        return entry.condemned.erased if entry else None

    def _forget(self, blob: BlobId) -> None:
        del self.entries[blob]
        self.catalog.condemned.pop(blob, None)

    def _referenced(self) -> set[BlobId]:
        return {extent.blob for version in self.catalog.versions.values() for extent in version.extents}
