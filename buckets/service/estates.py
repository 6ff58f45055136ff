"""What a user leaves goes to another of its account."""

from collections.abc import Callable
from dataclasses import dataclass

from buckets.model.commit import Owner
from buckets.model.job import Progress
from buckets.names import UserId
from buckets.ports import Estates


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Passes on buckets and versions, trash included. To begin anew after it was cut off does no harm."""

    estates: Estates
    batch: int = 500

    async def __call__(self, giver: Owner, heir: UserId, report: Callable[[Progress], None]) -> Progress:
        """Until there is nothing left: writes that had begun before may end behind us."""
        progress = {"buckets": 0, "versions": 0}
        while True:
            buckets = await self.estates.pass_on_buckets(giver, heir)
            versions = await self._pass_once(giver, heir)
            if not buckets and not versions:
                return progress
            progress = {"buckets": progress["buckets"] + buckets, "versions": progress["versions"] + versions}
            report(progress)

    async def _pass_once(self, giver: Owner, heir: UserId) -> int:
        passed = await self.estates.pass_on_versions(giver, heir, after=None, limit=self.batch)
        total = passed.versions
        while passed.more:
            passed = await self.estates.pass_on_versions(giver, heir, after=passed.more, limit=self.batch)
            total += passed.versions
        return total
