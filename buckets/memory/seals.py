"""The chain of seals in a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from buckets.memory.catalog import MemoryCatalog
from buckets.model.audit import Entry, Kind, Mark
from buckets.model.seal import Removal, Row, Seal, columns


@dataclass(slots=True)
class MemorySeals:
    """The `Seals` port."""

    catalog: MemoryCatalog
    chain: list[Seal] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)

    async def seal(self, *, rest: timedelta, limit: int) -> int:
        last = self.chain[-1] if self.chain else None
        horizon = self.catalog.clock.now() - rest
        unsealed = [row for row in self._rows() if row.mark.at < horizon and (last is None or row.mark > last.until)]
        if unsealed:
            self.chain.append(Seal.next(unsealed[:limit], last, horizon=horizon, limit=limit))
        return self.chain[-1].entries if unsealed else 0

    async def page_seals(self, *, after: int, limit: int) -> Sequence[Seal]:
        return [seal for seal in self.chain if seal.number > after][:limit]

    async def page_rows(self, *, after: Mark | None, until: Mark, limit: int) -> Sequence[Row]:
        return [row for row in self._rows() if (after is None or row.mark > after) and row.mark <= until][:limit]

    async def removals(self) -> Sequence[Removal]:
        return self.removed

    async def remove(self, kind: Kind, *, after_days: int) -> str | None:
        lines = self.catalog.audit if kind is Kind.CHANGE else self.catalog.reads
        oldest = min(lines, key=lambda entry: entry.mark, default=None)
        if oldest is None:
            return None
        begin, end = _stretch(kind, oldest.at)
        going = [entry for entry in lines if entry.at < end]
        if end > self.catalog.clock.now() - timedelta(days=after_days) or (kind is Kind.CHANGE and not self._are_sealed(going)):
            return None
        lines[:] = [entry for entry in lines if entry.at >= end]
        return self._note(kind, begin, end)

    def _note(self, kind: Kind, begin: datetime, end: datetime) -> str:
        if kind is Kind.READ:
            return f"access_log_{begin:%Y_%m_%d}"
        removal = Removal(name=f"audit_{begin:%Y_%m}", begin=begin, end=end, at=self.catalog.clock.now())
        self.removed.append(removal)
        return removal.name

    def _are_sealed(self, entries: Sequence[Entry]) -> bool:
        return bool(self.chain) and all(entry.mark <= self.chain[-1].until for entry in entries)

    def _rows(self) -> Sequence[Row]:
        return sorted((Row.of(columns(entry)) for entry in self.catalog.audit), key=lambda row: row.mark)


def _stretch(kind: Kind, at: datetime) -> tuple[datetime, datetime]:
    """The month or the day that a time is in."""
    day = datetime(at.year, at.month, at.day, tzinfo=UTC)
    if kind is Kind.READ:
        return day, day + timedelta(days=1)
    begin = day.replace(day=1)
    return begin, (begin + timedelta(days=31)).replace(day=1)
