"""Fresh blob names, leased from the catalog in blocks so that a put costs no round trip for its intent."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from buckets.model.blob import LONGEST_REQUEST
from buckets.names import BlobId
from buckets.ports import Clock, Objects


@dataclass(slots=True)
class _Block:
    names: Iterator[BlobId]
    fresh_until: datetime


@dataclass(slots=True)
class BlobNames:
    """Hands out names of one worker; each is handed out once."""

    objects: Objects
    clock: Clock
    holder: UUID
    block: int = 64
    lasting: timedelta = 2 * LONGEST_REQUEST
    _blocks: dict[str, _Block] = field(default_factory=dict)
    _refill: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, placement: str) -> BlobId:
        """A name that may be written under for at least the longest request's life."""
        while True:
            name = self._next(placement)
            if name is not None:
                return name
            async with self._refill:
                if not self._has_names(placement):
                    await self._lease(placement)

    def _next(self, placement: str) -> BlobId | None:
        block = self._blocks.get(placement)
        if block is None or self.clock.now() >= block.fresh_until:
            return None
        name = next(block.names, None)
        if name is None:
            del self._blocks[placement]
        return name

    def _has_names(self, placement: str) -> bool:
        block = self._blocks.get(placement)
        return block is not None and self.clock.now() < block.fresh_until

    async def _lease(self, placement: str) -> None:
        lease = await self.objects.lease_blobs(placement=placement, holder=self.holder, count=self.block, lasting=self.lasting)
        self._blocks[placement] = _Block(iter(lease), fresh_until=lease.until - LONGEST_REQUEST)
