"""What happened: asked about, written down, and sealed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from buckets.model.audit import Kind, Mark
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.model.read import Read
from buckets.model.seal import Removal, Row, Seal
from buckets.names import (
    AccountId,
)


class AuditTrail(Protocol):
    """What happened, for those who may ask."""

    async def page_audit(self, account: AccountId, query: AuditQuery, *, before: Mark | None = None, limit: int) -> AuditPage:
        """Lines of an account, the youngest first. A page looks at some thousand lines at most, however few are wanted."""


class AccessLog(Protocol):
    """Reads that are on record. They may be lost where a process is killed, a second's worth."""

    def note(self, read: Read) -> None:
        """One that has ended, and is wanted. It costs next to nothing."""

    async def write(self) -> None:
        """Write down all that was noted."""


class Seals(Protocol):
    """The chain of hashes over what happened. One sealer at a time; nothing that is sealed can have another row come into it."""

    async def seal(self, *, rest: timedelta, limit: int) -> int:
        """Add a seal over the oldest rows that have none, are older than `rest`, and cannot have others come between them any more.

        How many rows it covers, of one month; none when there are none, or when somebody else is at it.
        """

    async def page_seals(self, *, after: int, limit: int) -> Sequence[Seal]:
        """Those behind a number, in their order."""

    async def page_rows(self, *, after: Mark | None, until: Mark, limit: int) -> Sequence[Row]:
        """What is there behind a place, up to and with another, the oldest first."""

    async def removals(self) -> Sequence[Removal]:
        """What retention has removed, seals excepted."""

    async def remove(self, kind: Kind, *, after_days: int) -> str | None:
        """Remove what is oldest as a whole, and older than that: a month of changes, if it is sealed, or a day of reads.

        What it was called; None when nothing may go.
        """
