"""Garbage in dictionaries. One event loop, no awaits in the middle: every method is atomic by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from buckets.memory.catalog import MemoryCatalog
from buckets.model.blob import BlobLease
from buckets.names import BlobId
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
