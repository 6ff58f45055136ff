"""Pages of the audit in PostgreSQL. Each looks at some thousand lines at most, in the order of the index that fits best.

There is a statement for each index, alike but for one line: with one for all, neither a generic plan nor the bound would hold.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from buckets.catalog import rows, statements
from buckets.catalog.pool import Pool
from buckets.catalog.rows import Row
from buckets.catalog.statements import Query
from buckets.model.audit import FIRST_ID, Mark
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.names import AccountId

_Q = statements.load("audit")
_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = Mark(datetime.max.replace(tzinfo=UTC), FIRST_ID)
_LOOKED_AT = 5000


class PostgresAuditTrail:
    """The `AuditTrail` port."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page_audit(self, account: AccountId, query: AuditQuery, *, before: Mark | None = None, limit: int) -> AuditPage:
        edge = query.edge(before) or _NEVER
        asked = account, edge.at, edge.id, query.since or _EVER, query.kind, *_terms(query)
        return _page(await self._pool.rows(_statement(query), *asked, limit + 1), limit)


def _terms(query: AuditQuery) -> Sequence[Any]:
    who, where = (query.actor, query.on_behalf_of), (query.bucket, query.key, query.version)
    return *who, query.action, *where, query.subject, query.result, query.address


def _statement(query: AuditQuery) -> Query:
    """By what is likely to be rarest."""
    if query.bucket and query.key:
        return _Q["page_audit_of_object"]
    if query.subject:
        return _Q["page_audit_of_subject"]
    if query.on_behalf_of:
        return _Q["page_audit_of_beneficiary"]
    return _Q["page_audit_of_actor"] if query.actor else _Q["page_audit"]


def _page(found: Sequence[Row], limit: int) -> AuditPage:
    """It goes on behind the page where more would have fitted, or else behind what was looked at, unless that was all there is."""
    fitting = [row for row in found if row["fits"]]
    page = [rows.entry(row) for row in fitting[:limit]]
    if len(fitting) > limit:
        return AuditPage(page, page[-1].mark)
    looked_at = (Mark(row["at"], row["id"]) for row in found if row["ordinal"] == _LOOKED_AT)
    return AuditPage(page, next(looked_at, None))
