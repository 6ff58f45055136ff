"""A read of an object that may go on record, from the question to its last byte."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from buckets.model.account import Caller
from buckets.model.audit import Deed, Doer, Entry, Kind, Result
from buckets.model.bucket import AuditReads, Bucket
from buckets.names import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How it ended, and what the request was."""

    at: datetime
    result: Result
    reason: str | None
    sent: int
    seconds: float
    address: str
    agent: str
    request_id: str


@dataclass(slots=True, kw_only=True)
class Read:
    """Who wants what. It is the caller's account's, unless the bucket turns out to be another's; so is the rule that holds.

    Of nobody who asks for what is nobody's there is nothing to be put on record.
    """

    caller: Caller | None
    action: str
    bucket: str
    key: str
    version: UUID | None = None
    rule: AuditReads = AuditReads.ALL
    account: AccountId | None = field(init=False)
    end: End | None = None

    def __post_init__(self) -> None:
        self.account = self.caller.account if self.caller else None

    def found(self, bucket: Bucket, version: UUID | None = None) -> None:
        """Where it is on record, and what was read if it was."""
        self.account, self.rule, self.version = bucket.account, bucket.audit_reads, version or self.version

    @property
    def is_wanted(self) -> bool:
        """Whether it goes on record, now that it has ended."""
        if self.end is None or self.account is None or self.rule is AuditReads.OFF:
            return False
        return self.rule is AuditReads.ALL or self.end.result is Result.REFUSED

    def entry(self, id_: UUID) -> Entry:
        end, account = self._ended()
        deed = Deed(
            id=id_,
            account=account,
            action=self.action,
            bucket=self.bucket,
            key=self.key,
            version=self.version,
            result=end.result,
            reason=end.reason,
            size=end.sent,
        )
        return Entry(kind=Kind.READ, at=end.at, deed=deed, doer=self._doer(end), duration_ms=round(end.seconds * 1000))

    def _doer(self, end: End) -> Doer:
        return replace(
            Doer.by(self.caller) if self.caller else Doer(),
            address=end.address,
            agent=end.agent,
            request_id=end.request_id,
        )

    def _ended(self) -> tuple[End, AccountId]:
        if self.end is None or self.account is None:
            raise ValueError("there is nothing to be put on record")
        return self.end, self.account
