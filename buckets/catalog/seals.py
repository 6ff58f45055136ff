"""The chain of seals in PostgreSQL.

A row bears the time at which its transaction began, and is there only when that ends: rows may come to lie behind others that are
older. So a seal must not go beyond the beginning of the oldest transaction that is still running. `pg_stat_activity` tells when
each began, to a role about its own sessions: and only sessions of the service add rows. It is asked first, and the rows are
looked at by a statement after it: a transaction that was not among the running ones any more had ended, and a statement sees all
that ended before it. One that begins later begins behind the horizon. What is left is the moment between a transaction's
beginning and the server's note of it, and a clock that is set back: against both, rows rest for some minutes before they are
sealed. Where the server notes nothing (`track_activities` off) nothing is sealed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from buckets.catalog import rows, statements
from buckets.catalog.pool import Pool, Session
from buckets.errors import BrokenSetting
from buckets.model.audit import FIRST_ID, Kind, Mark
from buckets.model.seal import Removal, Row, Seal

_Q = statements.load("seals")
_START = Mark(datetime.min.replace(tzinfo=UTC), FIRST_ID)
_TABLES = {Kind.CHANGE: "audit", Kind.READ: "access_log"}


class PostgresSeals:
    """The `Seals` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def seal(self, *, rest: timedelta, limit: int) -> int:
        async with self._pool.transaction() as session:
            turn = await session.row(_Q["take_sealing_turn"])
            if not turn or not turn["is_ours"]:
                return 0
            horizon = await session.row(_Q["find_horizon"], rest)
            if horizon is None:
                raise BrokenSetting(
                    "Nothing is sealed: track_activities is off in PostgreSQL, so nobody knows which rows may still come"
                )
            return await _seal(session, horizon["at"], limit)

    async def page_seals(self, *, after: int, limit: int) -> Sequence[Seal]:
        return [rows.seal(row) for row in await self._pool.rows(_Q["page_seals"], after, limit)]

    async def page_rows(self, *, after: Mark | None, until: Mark, limit: int) -> Sequence[Row]:
        begin = after or _START
        found = await self._pool.rows(_Q["page_rows"], begin.at, begin.id, until.at, until.id, limit)
        return [Row.of(dict(row)) for row in found]

    async def removals(self) -> Sequence[Removal]:
        return [rows.removal(row) for row in await self._pool.rows(_Q["find_removals"])]

    async def remove(self, kind: Kind, *, after_days: int) -> str | None:
        row = await self._pool.row(_Q["remove_partition"], _TABLES[kind], after_days, idempotent=False)
        return row["name"] if row else None


async def _seal(session: Session, horizon: datetime, limit: int) -> int:
    found = await session.row(_Q["find_last_seal"])
    last = rows.seal(found) if found else None
    begin = last.until if last else _START
    unsealed = await session.rows(_Q["find_unsealed"], begin.at, begin.id, horizon, limit)
    if not unsealed:
        return 0
    seal = Seal.next([Row.of(dict(row)) for row in unsealed], last, horizon=horizon, limit=limit)
    ends = seal.first.at, seal.first.id, seal.until.at, seal.until.id
    await session.run(_Q["add_seal"], seal.number, *ends, seal.entries, seal.hash)
    return seal.entries
