"""Which lines of the audit are wanted, and a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from buckets.model.audit import FIRST_ID, Entry, Kind, Mark, Result
from buckets.names import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """None is whatever it is. From `since` on, and before `until`."""

    kind: Kind | None = None
    actor: UserId | None = None
    on_behalf_of: UserId | None = None
    action: str | None = None
    bucket: str | None = None
    key: str | None = None
    version: UUID | None = None
    subject: str | None = None
    result: Result | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def edge(self, before: Mark | None) -> Mark | None:
        """What all lines of the page come before."""
        last = Mark(self.until, FIRST_ID) if self.until else None
        return min((mark for mark in (before, last) if mark), default=None)

    def fits(self, entry: Entry) -> bool:
        deed, doer = entry.deed, entry.doer
        wanted = self.kind, self.actor, self.on_behalf_of, self.action, self.bucket, self.key, self.version, self.subject
        found = entry.kind, doer.actor, doer.on_behalf_of, deed.action, deed.bucket, deed.key, deed.version, deed.subject
        pairs = zip((*wanted, self.result, self.address), (*found, deed.result, doer.address), strict=True)
        in_time = (self.since is None or entry.at >= self.since) and (self.until is None or entry.at < self.until)
        return in_time and all(want is None or want == said for want, said in pairs)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The youngest first. It may hold fewer lines than asked for, or none, and still not be the last: `more` says so."""

    entries: Sequence[Entry]
    more: Mark | None
