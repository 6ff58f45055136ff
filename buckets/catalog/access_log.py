"""The record of reads in PostgreSQL, written in batches: a line of its own transaction each would cost more than the read.

What waits is in memory: a process that is killed loses it, a second's worth at most as long as the catalog answers. While it does
not, lines wait, and the oldest make room for new ones. A batch whose outcome is unknown is written again: a line may stand twice.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from buckets.catalog.pool import Pool
from buckets.errors import StorageError
from buckets.model.audit import Entry
from buckets.model.read import Read
from buckets.ports import Ids, Meter

_COLUMNS = (
    *("at", "id", "account", "actor", "on_behalf_of", "credential", "action", "bucket", "key", "version", "result", "reason"),
    *("address", "agent", "request_id", "bytes", "duration_ms"),
)


class PostgresAccessLog:
    """The `AccessLog` port."""

    def __init__(self, pool: Pool, *, ids: Ids, meter: Meter, batch: int = 500, room: int = 20_000) -> None:
        self._pool = pool
        self._ids = ids
        self._meter = meter
        self._batch = batch
        self._waiting: deque[Read] = deque(maxlen=room)
        self._turn = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def note(self, read: Read) -> None:
        if len(self._waiting) == self._waiting.maxlen:
            self._lose(1)
        self._waiting.append(read)
        if len(self._waiting) % self._batch == 0 and (self._soon is None or self._soon.done()):
            self._soon = asyncio.create_task(self._write_soon())

    async def write(self) -> None:
        async with self._turn:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
                await self._write(batch)

    async def _write_soon(self) -> None:
        """What goes wrong is told by whoever writes by the clock."""
        with suppress(StorageError):
            await self.write()

    async def _write(self, batch: Sequence[Read]) -> None:
        try:
            lines = [_line(read.entry(self._ids.uuid7())) for read in batch]
            await self._pool.copy("copy_reads", lines, table="access_log", columns=_COLUMNS)
        except BaseException:
            self._give_back(batch)
            raise

    def _give_back(self, batch: Sequence[Read]) -> None:
        """To the front of those that wait. Where there is no room for all, the oldest are lost."""
        room = (self._waiting.maxlen or 0) - len(self._waiting)
        kept = batch[max(0, len(batch) - room) :]
        self._waiting.extendleft(reversed(kept))
        self._lose(len(batch) - len(kept))

    def _lose(self, lines: int) -> None:
        if lines:
            self._meter.count("seawall_audit_reads_lost_total", lines)


def _line(entry: Entry) -> Sequence[Any]:
    deed, doer = entry.deed, entry.doer
    who = deed.account, doer.actor, doer.on_behalf_of, doer.credential
    what = deed.action, deed.bucket, deed.key, deed.version, deed.result, deed.reason
    return entry.at, deed.id, *who, *what, doer.address, doer.agent, doer.request_id, deed.size, entry.duration_ms
