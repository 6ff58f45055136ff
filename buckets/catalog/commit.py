"""COMMIT: a group of writes in one transaction, an outcome each.

What becomes of an item is decided by `buckets/change.py` from what `commit_locks.py` has locked. Only the winners are written, and
every item leaves a line in the audit and a proof of what became of it, so that nobody who lost the answer does it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from buckets.catalog import audit, commit_rows, proofs, rows, statements
from buckets.catalog.commit_locks import Locks, owners_met
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Session
from buckets.catalog.rows import Row
from buckets.change import Change, decide, deed, head_after
from buckets.errors import IdempotencyKeyReused, NoSuchBucket, StorageError
from buckets.model.commit import CommitItem, Committed, DeleteItem, Idempotency, Outcome, Owner, Refused
from buckets.model.version import Head

_Q = statements.load("commit")
_Decision: TypeAlias = Change | Committed | StorageError


class Commit:
    """One attempt at a group. A name may stand in it once, and so may a caller's idempotency key.

    `owners` are to be charged for it as far as is known: the writers at first, and whoever an attempt has met.
    """

    def __init__(self, session: Session, items: Sequence[CommitItem], owners: set[Owner]) -> None:
        self._session = session
        self._items = items
        self._owners = owners

    async def run(self) -> Sequence[Outcome] | None:
        """The outcomes; None when an owner turned up whose usage is not locked: the group is to be tried again from the start."""
        decided = await self._decided()
        if decided is None:
            return None
        changes = [each for each in decided.values() if isinstance(each, Change) and each.matters]
        await self._write(changes)
        times = await self._record([(item, decided[item.operation]) for item in self._items])
        return [_outcome(decided[item.operation], times) for item in self._items]

    async def _decided(self) -> Mapping[UUID, _Decision] | None:
        locks = Locks(self._session)
        items = await locks.buckets(self._items)
        locked = await locks.usage(self._owners, items)
        if not locked.issuperset(self._owners):
            await locks.open_usage(self._owners)
            return None
        standings = await locks.heads(items)
        self._owners |= owners_met(standings.values())
        if not locked.issuperset(self._owners):
            return None
        settled = {**await locks.unsound(items), **await self._known(items)}
        decided = {item.operation: settled.get(item.operation) or decide(item, standings[item.name]) for item in items}
        gone = (item for item in self._items if item.operation not in decided)
        return decided | {item.operation: NoSuchBucket(item.bucket.name) for item in gone}

    async def _known(self, items: Sequence[CommitItem]) -> Mapping[UUID, Committed | StorageError]:
        """What was answered before to those who call a write by its name again."""
        named = {(*item.writer, item.idempotency.key): item for item in items if item.idempotency}
        found = await self._session.rows(_Q["find_answers"], *columns(named, 3)) if named else []
        pairs = ((named[row["writer_account"], row["writer"], row["named"]], row) for row in found)
        answers = ((item, answered(item.idempotency, row)) for item, row in pairs)
        return {item.operation: Committed(said, replayed=True) if isinstance(said, Head) else said for item, said in answers}

    async def _write(self, changes: Sequence[Change]) -> None:
        await self._run("trash_versions", commit_rows.trashed(changes), 2)
        await self._run("retire_versions", commit_rows.forgotten(changes), 2)
        await self._run("add_blobs", commit_rows.blobs(changes), 6)
        await self._run("add_extents", commit_rows.later_extents(changes), 6)
        await self._run("put_versions", commit_rows.versions(changes), 25)
        await self._run("edit_versions", commit_rows.edits(changes), 10)
        await self._run("add_markers", commit_rows.markers(changes), 7)
        await self._run("unlist_heads", commit_rows.unlisted(changes), 3)
        await self._run("settle_usage", commit_rows.charges(charge for change in changes for charge in change.charges()), 5)
        await self._run("add_answers", commit_rows.answers(changes), 6)

    async def _record(self, decided: Sequence[tuple[CommitItem, _Decision]]) -> Mapping[UUID, datetime]:
        """What becomes of each, but for answers that are given again; and when."""
        told = [(item, each) for item, each in decided if not isinstance(each, Committed)]
        await audit.record(self._session, ((deed(item, _refusal(each)), item.origin) for item, each in told))
        proven = await self._rows("add_events", (proofs.line(item, each) for item, each in told), 7)
        return {row["id"]: row["created_at"] for row in proven}

    async def _run(self, name: str, lines: Iterable[Sequence[Any]], width: int) -> None:
        """A statement over rows; none when there are no rows."""
        values = columns(lines, width)
        if values[0]:
            await self._session.run(_Q[name], *values)

    async def _rows(self, name: str, lines: Iterable[Sequence[Any]], width: int) -> Sequence[Row]:
        values = columns(lines, width)
        return await self._session.rows(_Q[name], *values) if values[0] else []


def _refusal(decided: _Decision) -> StorageError | None:
    return decided if isinstance(decided, StorageError) else None


def _outcome(decided: _Decision, times: Mapping[UUID, datetime]) -> Outcome:
    if isinstance(decided, StorageError):
        return Refused(decided)
    if isinstance(decided, Committed):
        return decided
    item = decided.item
    if isinstance(item, DeleteItem):
        return decided.deleted
    return Committed(head_after(item, seq=decided.seq, at=times[item.operation]))


def answered(idempotency: Idempotency | None, row: Row) -> Head | IdempotencyKeyReused:
    """What was answered the first time, where it is the same write and not that of a bucket."""
    is_same = idempotency is not None and row["fingerprint"] == idempotency.fingerprint
    return rows.head(row) if is_same and row["version"] else IdempotencyKeyReused()
