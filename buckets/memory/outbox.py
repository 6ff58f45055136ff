"""The outbox in a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from buckets.change import Change
from buckets.memory.catalog import MemoryCatalog
from buckets.model.event import Event


@dataclass(slots=True)
class MemoryOutbox:
    """The `Outbox` port."""

    catalog: MemoryCatalog
    events: list[Event] = field(default_factory=list)

    async def announce(self, *, limit: int) -> int:
        waiting = sorted(self.catalog.outbox, key=lambda change: (change.item.bucket.id, change.item.key.encode(), change.seq))
        for change in waiting[:limit]:
            self.catalog.outbox.remove(change)
            self.events.append(self._event(change))
        return len(waiting[:limit])

    async def page_events(self, *, after: int, limit: int) -> Sequence[Event]:
        return [event for event in self.events if event.position > after][:limit]

    def _event(self, change: Change) -> Event:
        return Event(
            position=len(self.events) + 1,
            id=change.item.operation,
            account=change.item.bucket.account,
            bucket=change.item.bucket.id,
            key=change.item.key,
            seq=change.seq,
            kind=change.kind,
            facts=change.facts,
            at=self.catalog.clock.now(),
        )
