"""The purge: versions that nobody can bring back any more are forgotten, and their blobs are left to the sweep."""

from collections.abc import Callable
from dataclasses import dataclass

from buckets.model.job import Progress
from buckets.names import BucketId
from buckets.ports import Garbage


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Empties deleted buckets, and the trash of the others after its time."""

    garbage: Garbage
    batch: int = 500

    async def pass_once(self, report: Callable[[Progress], None], bucket: BucketId | None = None) -> Progress:
        """Batch by batch, all that there is to do now, in one bucket or in all."""
        progress = {"forgotten": 0}
        while forgotten := await self.garbage.purge(limit=self.batch, bucket=bucket):
            progress = {"forgotten": progress["forgotten"] + forgotten}
            report(progress)
        return progress
