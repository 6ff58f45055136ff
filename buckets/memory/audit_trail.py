"""Pages of the audit from lists."""

from collections.abc import Iterator
from dataclasses import dataclass

from buckets.memory.catalog import MemoryCatalog
from buckets.model.audit import Entry, Mark
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.names import AccountId


@dataclass(slots=True)
class MemoryAuditTrail:
    """The `AuditTrail` port."""

    catalog: MemoryCatalog

    async def page_audit(self, account: AccountId, query: AuditQuery, *, before: Mark | None = None, limit: int) -> AuditPage:
        edge = query.edge(before)
        fitting = [each for each in self._entries() if each.deed.account == account and query.fits(each)]
        behind = sorted((each for each in fitting if edge is None or each.mark < edge), key=lambda each: each.mark, reverse=True)
        return AuditPage(behind[:limit], behind[limit - 1].mark if len(behind) > limit else None)

    def _entries(self) -> Iterator[Entry]:
        yield from self.catalog.audit
        yield from self.catalog.reads
