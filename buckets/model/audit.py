"""What happened, who did it and for whom: one line for every change, and for those reads that are on record."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from buckets.model.account import Caller
from buckets.model.commit import Origin
from buckets.names import AccountId, CredentialId, UserId


class Kind(StrEnum):
    """Changes are on record always, reads as far as their bucket says."""

    CHANGE = "change"
    READ = "read"


class Result(StrEnum):
    """What became of it: it was done, refused for what the caller did, or failed for what the service did."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done, to what, and what became of it. `subject` is what it was done to, where that is no object and no bucket."""

    id: UUID
    account: AccountId
    action: str
    bucket: str | None = None
    key: str | None = None
    version: UUID | None = None
    subject: str | None = None
    result: str = Result.DONE
    reason: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Who really asked, for whom where that is another, and from where. The program itself is nobody."""

    actor: UserId | None = None
    on_behalf_of: UserId | None = None
    credential: CredentialId | None = None
    address: str = ""
    agent: str = ""
    request_id: str = ""

    @classmethod
    def of(cls, origin: Origin | None) -> "Doer":
        if origin is None:
            return cls()
        return replace(cls.by(origin.caller), address=origin.address, agent=origin.agent, request_id=origin.request_id)

    @classmethod
    def by(cls, caller: Caller) -> "Doer":
        return cls(
            actor=caller.actor or caller.user,
            on_behalf_of=caller.user if caller.actor else None,
            credential=caller.credential,
        )


FIRST_ID = UUID(int=0)
"""No line has it: with it, a place comes before all lines of its time."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where a line stands in the audit: by time, and by id among those of one transaction."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line as it stands on record."""

    kind: Kind = Kind.CHANGE
    at: datetime
    deed: Deed
    doer: Doer
    duration_ms: int | None = None

    @property
    def mark(self) -> Mark:
        return Mark(self.at, self.deed.id)
