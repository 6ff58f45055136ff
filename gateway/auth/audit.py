"""The audit that a caller may read."""

from dataclasses import dataclass

from buckets.model.action import Action
from buckets.model.audit import Mark
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.ports import AuditTrail
from gateway.auth.permit import Permit


@dataclass(frozen=True, slots=True)
class GuardedAudit:
    """What one caller may know of what happened, within one request: in its own account, if it manages that."""

    permit: Permit
    trail: AuditTrail

    async def page(self, query: AuditQuery, *, before: Mark | None = None, limit: int) -> AuditPage:
        self.permit.must(Action.READ_AUDIT)
        return await self.trail.page_audit(self.permit.caller.account, query, before=before, limit=limit)
