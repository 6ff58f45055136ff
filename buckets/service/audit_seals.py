"""The care for the audit: what happened is sealed soon, and removed after its time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from buckets.model.audit import Kind
from buckets.model.job import Progress
from buckets.ports import Seals


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAudit:
    """Seals what has rested. `rest` outlasts a clock that is set back a little."""

    seals: Seals
    rest: timedelta = timedelta(minutes=5)
    batch: int = 1000

    async def pass_once(self, report: Callable[[Progress], None]) -> Progress:
        """Seal by seal, all that there is to do now."""
        progress = {"seals": 0, "rows": 0}
        while rows := await self.seals.seal(rest=self.rest, limit=self.batch):
            progress = {"seals": progress["seals"] + 1, "rows": progress["rows"] + rows}
            report(progress)
        return progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainAudit:
    """Removes what is older than it must be kept."""

    seals: Seals
    changes_days: int = 365
    reads_days: int = 30

    async def pass_once(self, report: Callable[[Progress], None]) -> Progress:
        """One month or day after the other."""
        progress = {"months": 0, "days": 0}
        for kind, days, unit in ((Kind.CHANGE, self.changes_days, "months"), (Kind.READ, self.reads_days, "days")):
            while await self.seals.remove(kind, after_days=days):
                progress = {**progress, unit: progress[unit] + 1}
                report(progress)
        return progress
