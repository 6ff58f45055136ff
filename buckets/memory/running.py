"""What runs, in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from buckets.errors import RequestRunning
from buckets.model.commit import Owner


@dataclass(slots=True)
class MemoryRunning:
    """The `Running` port."""

    held: set[tuple[Owner, str]] = field(default_factory=set)

    @asynccontextmanager
    async def hold(self, owner: Owner, key: str) -> AsyncIterator[None]:
        if (owner, key) in self.held:
            raise RequestRunning
        self.held.add((owner, key))
        try:
            yield
        finally:
            self.held.discard((owner, key))
