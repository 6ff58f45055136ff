"""The purge: versions that nobody can bring back any more are forgotten, and their blobs are left to the sweep."""

from collections.abc import Callable
from dataclasses import dataclass

from buckets.model.job import Progress
from buckets.ports import Garbage


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Empties deleted buckets, and the trash of the others after its time."""

    garbage: Garbage
    batch: int = 500

    async def pass_once(self, report: Callable[[Progress], None]) -> int:
        """Batch by batch, all that there is to do now; how many versions were forgotten."""
        total = 0
        while forgotten := await self.garbage.purge(limit=self.batch):
            total += forgotten
            report({"versions": total})
        return total
