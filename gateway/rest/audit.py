"""`/v1/audit`: what happened in an account, who did it and for whom."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from buckets.model.audit import Entry, Kind, Mark, Result
from gateway.rest import pages
from gateway.rest.audit_query import PARAMETERS, audit_query, terms
from gateway.rest.document import answer
from gateway.rest.request import RestRequest
from gateway.rest.route import Route

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change, or one read. The actor is who really asked; without one it was the service itself."""

    id: UUID
    at: Annotated[datetime, Meta(tz=True)]
    kind: Kind
    actor: UUID | None
    on_behalf_of: UUID | None
    credential: UUID | None
    action: str
    bucket: str | None
    key: str | None
    version: UUID | None
    subject: str | None
    result: Result
    reason: str | None
    address: str
    agent: str
    request_id: str
    bytes: int | None
    duration_ms: int | None


class AuditEntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """The youngest first. A page may be short, or empty, and not be the last: without a next cursor it is."""

    entries: Sequence[AuditEntry]
    next_cursor: str | None


async def list_audit(request: RestRequest) -> web.StreamResponse:
    query, list_of = audit_query(request), terms(request)
    place = pages.place(request, list_of)
    before = Mark(_EPOCH + place["at"] * _MICROSECOND, UUID(place["id"])) if place else None
    found = await request.services.audit.page(query, before=before, limit=request.limit)
    cursor = request.around.cursors.write(_written(found.more), terms=list_of) if found.more else None
    told = AuditEntryPage(entries=[_entry(each) for each in found.entries], next_cursor=cursor)
    return answer(request, 200, told, pages.link(request, request.around.audit_url, cursor))


def _written(mark: Mark) -> dict[str, int | str]:
    """JSON has no times."""
    return {"at": (mark.at - _EPOCH) // _MICROSECOND, "id": str(mark.id)}


def _entry(entry: Entry) -> AuditEntry:
    deed, doer = entry.deed, entry.doer
    return AuditEntry(
        id=deed.id,
        at=entry.at,
        kind=entry.kind,
        actor=doer.actor,
        on_behalf_of=doer.on_behalf_of,
        credential=doer.credential,
        action=deed.action,
        bucket=_plain(deed.bucket),
        key=_plain(deed.key),
        version=deed.version,
        subject=deed.subject,
        result=Result(deed.result),
        reason=deed.reason,
        address=doer.address,
        agent=doer.agent,
        request_id=doer.request_id,
        bytes=deed.size,
        duration_ms=entry.duration_ms,
    )


def _plain(text: str | None) -> str | None:
    """msgspec takes no subclasses of str."""
    return None if text is None else str(text)


ROUTES = (
    Route(
        name="ListAudit",
        method="GET",
        path="audit",
        handle=list_audit,
        summary="List what happened in the account, as one of its owners or admins.",
        parameters=PARAMETERS,
        answers={200: AuditEntryPage},
    ),
)
