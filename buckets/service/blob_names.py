"""Fresh blob names, leased from the catalog in blocks so that a put costs no round trip for its intent.

A lease is short and is renewed while its holder lives: what a killed process leaves behind is swept soon. A block is handed out for
as long as the longest request lasts and renewed for as long again, so that every name outlives the request that took it.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from buckets.model.blob import LONGEST_REQUEST, BlobLease
from buckets.names import BlobId
from buckets.ports import Clock, Objects


@dataclass(slots=True)
class _Block:
    names: Iterator[BlobId]
    handed_out_until: datetime
    sure_until: datetime


@dataclass(slots=True)
class BlobNames:
    """Hands out names of one worker; each is handed out once. `renew` is to be called well within `lasting`."""

    objects: Objects
    clock: Clock
    holder: UUID
    block: int = 64
    lasting: timedelta = timedelta(hours=1)
    _blocks: dict[str, _Block] = field(default_factory=dict)
    _refill: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, placement: str) -> BlobId:
        """A name that is good for at least the longest request's life, while leases are renewed."""
        while True:
            name = self._next(placement)
            if name is not None:
                return name
            async with self._refill:
                if not self._usable(placement):
                    await self._lease(placement)

    async def renew(self) -> None:
        """Prolong everything that is held; after a failure, what is held is good for as long as it was."""
        began = self.clock.now()
        await self.objects.renew_leases(holder=self.holder, lasting=self.lasting)
        for block in self._blocks.values():
            if block.sure_until > began:  # one that had run out before cannot be brought back
                block.sure_until = self._sure_from(began)

    async def release(self) -> None:
        """At the end of the holder: what it did not use is free to be swept at once."""
        self._blocks.clear()
        await self.objects.renew_leases(holder=self.holder, lasting=timedelta())

    def _next(self, placement: str) -> BlobId | None:
        if not self._usable(placement):
            return None
        name = next(self._blocks[placement].names, None)
        if name is None:
            del self._blocks[placement]
        return name

    def _usable(self, placement: str) -> bool:
        block = self._blocks.get(placement)
        now = self.clock.now()
        return block is not None and now < block.handed_out_until and now < block.sure_until

    async def _lease(self, placement: str) -> None:
        began = self.clock.now()
        lease = await self.objects.lease_blobs(placement=placement, holder=self.holder, count=self.block, lasting=self.lasting)
        self._blocks[placement] = self._block(lease, began)

    def _block(self, lease: BlobLease, began: datetime) -> _Block:
        return _Block(iter(lease), handed_out_until=began + LONGEST_REQUEST, sure_until=self._sure_from(began))

    def _sure_from(self, began: datetime) -> datetime:
        """Half of the lease: its end is by the catalog's clock, and a commit near it must not come too late."""
        return began + self.lasting / 2
