"""Lists of objects in PostgreSQL. Each costs as much as it tells, however large the bucket is.

Bounds are computed here and bound as parameters: a prefix that the database had to look for in a generic plan would cost it the
whole index.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from buckets.catalog import rows, statements
from buckets.catalog.pool import Pool
from buckets.catalog.rows import Row
from buckets.key_range import EVERY_KEY, KeyRange, beyond
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.version import Head, Kept
from buckets.names import BucketId, ObjectKey, UserId

_Q = statements.load("listing")
_BEHIND_ALL = "\U0010ffff" * (ObjectKey.limit // 4 + 1)
"""No key is as long, so each comes before it; behind another text it comes behind all keys that begin so."""
_MOST = (1 << 63) - 1
_LOOKED_AT = 5000
_RANKED = {
    (Order.CREATED, False): (_Q["page_by_creation"], datetime.min.replace(tzinfo=UTC)),
    (Order.CREATED, True): (_Q["page_by_creation_falling"], datetime.max.replace(tzinfo=UTC)),
    (Order.SIZE, False): (_Q["page_by_size"], -1),
    (Order.SIZE, True): (_Q["page_by_size_falling"], _MOST),
}
"""The statement of an order, and what comes before everything in it."""


class PostgresListing:
    """The part of the `Objects` port that lists."""

    _pool: Pool

    async def page_heads(self, bucket: BucketId, keys: KeyRange, *, owner: UserId | None = None, limit: int) -> Sequence[Head]:
        if keys.is_empty:
            return []
        query, of = (_Q["page_heads"], ()) if owner is None else (_Q["page_heads_of"], (owner,))
        return [rows.head(row) for row in await self._pool.rows(query, bucket, *_bounds(keys), limit, *of)]

    async def page_folders(
        self, bucket: BucketId, keys: KeyRange, *, prefix: str, delimiter: str, limit: int
    ) -> Sequence[Head | Folder]:
        if keys.is_empty or limit < 1:
            return []
        behind = beyond(delimiter) or delimiter + _BEHIND_ALL
        found = await self._pool.rows(_Q["page_folders"], bucket, *_bounds(keys), limit, len(prefix), delimiter, behind)
        return [_entry(row, len(prefix), len(delimiter)) for row in found]

    async def page_ranked(
        self,
        bucket: BucketId,
        order: Order,
        *,
        falling: bool,
        after: Place | None = None,
        keys: KeyRange = EVERY_KEY,
        owner: UserId | None = None,
        limit: int,
    ) -> Ranked:
        query, first = _RANKED[order, falling]
        edge = (after.value, after.key) if after else (first, _BEHIND_ALL if falling else "")
        found = await self._pool.rows(query, bucket, *edge, *_bounds(keys), owner, limit + 1)
        return _ranked(found, order, limit)

    async def page_versions(self, bucket: BucketId, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        found = await self._pool.rows(_Q["page_versions"], bucket, key, _MOST if before is None else before, limit)
        return [rows.kept(row) for row in found]


def _bounds(keys: KeyRange) -> tuple[str, str]:
    return keys.first, _BEHIND_ALL if keys.before is None else keys.before


def _entry(row: Row, prefix: int, delimiter: int) -> Head | Folder:
    end = prefix + row["cut"] - 1 + delimiter
    return Folder(row["key"][:end]) if row["cut"] else rows.head(row)


def _ranked(found: Sequence[Row], order: Order, limit: int) -> Ranked:
    """It goes on behind the page where more would have fitted, or else behind what was looked at, unless that was all there is."""
    fitting = [row for row in found if row["fits"]]
    page = [rows.head(row) for row in fitting[:limit]]
    if len(fitting) > limit:
        return Ranked(page, _place(page[-1], order))
    looked_at = (_place(rows.head(row), order) for row in found if row["ordinal"] == _LOOKED_AT)
    return Ranked(page, next(looked_at, None))


def _place(head: Head, order: Order) -> Place:
    return Place(head.modified_at if order is Order.CREATED else head.content.size, head.key)
