"""The sweep: what nobody refers to any more is condemned, and its bytes go when nobody can be reading them.

Every step can be repeated: a sweep that is killed anywhere leaves its work to the next one, and any number may run at once.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Self, TypeAlias

from buckets.errors import BrokenSetting, StorageError
from buckets.model.blob import LONGEST_REQUEST
from buckets.model.job import Progress
from buckets.ports import BlobStore, Condemned, Garbage, Phase, Phases

_log = logging.getLogger(__name__)

Report: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTerms:
    """How long things rest, and how many are dealt with at a time.

    `margin` is the longest that a put may take in the store after its lease. `grace` outlasts every request that has seen a blob
    referred to, and the window of point-in-time restores. Bytes are deleted once more `again_after` the first time.
    """

    margin: timedelta = timedelta(minutes=10)
    grace: timedelta = 2 * LONGEST_REQUEST
    again_after: timedelta = timedelta(minutes=30)
    batch: int = 200

    def __post_init__(self) -> None:
        if self.grace < 2 * LONGEST_REQUEST:
            raise BrokenSetting(f"Condemned bytes must stay for {2 * LONGEST_REQUEST} at the least, not for {self.grace}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was done: leases ended, candidates looked at, deletes settled, and blobs left because their store was away."""

    leases: int = 0
    candidates: int = 0
    erased: int = 0
    left: int = 0

    def __add__(self, other: Self) -> "Swept":
        return Swept(
            leases=self.leases + other.leases,
            candidates=self.candidates + other.candidates,
            erased=self.erased + other.erased,
            left=self.left + other.left,
        )

    @property
    def progress(self) -> Progress:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Clears away garbage. Stores are known by placement; blobs in a placement that is not among them are left to others."""

    garbage: Garbage
    stores: Mapping[str, BlobStore]
    phases: Phases
    terms: SweepTerms

    async def pass_once(self, report: Report) -> Swept:
        """Batch by batch, all that there is to do now. A store that is away is left out for the rest of the pass."""
        swept, answering = Swept(), set(self.stores)
        more = True
        while more:
            leases, candidates = await self._condemn()
            due = await self.garbage.due(answering, limit=self.terms.batch)
            swept += Swept(leases=leases, candidates=candidates) + await self._erase(due, answering)
            report(swept.progress)
            more = self.terms.batch in (leases, candidates, len(due))
        return swept

    async def _condemn(self) -> tuple[int, int]:
        leases = await self.garbage.condemn_abandoned(margin=self.terms.margin, limit=self.terms.batch)
        candidates = await self.garbage.condemn_unreferenced(grace=self.terms.grace, limit=self.terms.batch)
        self.phases.reached("sweep", Phase.CONDEMNED)
        return leases, candidates

    async def _erase(self, due: Sequence[Condemned], answering: set[str]) -> Swept:
        swept = Swept()
        for placement, blobs in _by_placement(due).items():
            if await self._delete(placement, blobs):
                swept += Swept(erased=await self.garbage.erased(blobs, again_after=self.terms.again_after))
            else:
                swept += Swept(left=len(blobs))
                answering.discard(placement)
        return swept

    async def _delete(self, placement: str, blobs: Sequence[Condemned]) -> bool:
        """Whether their bytes are gone. Where they are not, the rows stay and the next pass comes back to them."""
        try:
            await self.stores[placement].delete([(each.blob, each.locator) for each in blobs])
        except StorageError as fault:
            _log.warning("%d condemned blobs stay in the placement %s for now: %s", len(blobs), placement, fault)
            return False
        self.phases.reached("sweep", Phase.ERASED)
        return True


def _by_placement(blobs: Sequence[Condemned]) -> Mapping[str, Sequence[Condemned]]:
    grouped = defaultdict(list)
    for each in blobs:
        grouped[each.placement].append(each)
    return grouped
