"""The outbox in PostgreSQL: what COMMIT wrote down, told in an order that nobody can miss anything of."""

from collections.abc import Sequence

from buckets.catalog import rows, statements
from buckets.catalog.pool import Pool
from buckets.model.blob import LONGEST_REQUEST
from buckets.model.event import Event

_Q = statements.load("outbox")


class PostgresOutbox:
    """The `Outbox` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def announce(self, *, limit: int) -> int:
        async with self._pool.transaction() as session:
            turn = await session.row(_Q["take_turn"])
            if turn is None:
                return 0
            given = await session.rows(_Q["announce"], limit, turn["position"])
            if given:
                await session.run(_Q["advance"], turn["position"] + len(given))
            await session.run(_Q["forget_proofs"], LONGEST_REQUEST)
            return len(given)

    async def page_events(self, *, after: int, limit: int) -> Sequence[Event]:
        return [rows.event(row) for row in await self._pool.rows(_Q["page_events"], after, limit)]
