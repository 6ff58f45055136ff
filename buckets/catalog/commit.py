"""COMMIT: a group of writes in one transaction, an outcome each.

The locks come in one order (usage by owner, heads by bucket and key, leases by id, blobs by id), so that groups cannot deadlock.
What becomes of an item is decided by `buckets/change.py` from the locked rows; only the winners are written, and every item leaves
a line in the audit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from buckets.catalog import commit_rows, queries
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Session
from buckets.catalog.rows import Row
from buckets.change import Change, Charge, Present, Standing, decide, head_after
from buckets.errors import CatalogUnavailable, IdempotencyKeyReused, LeaseExpired, SourceMoved, StorageError
from buckets.model.blob import lease_of
from buckets.model.bucket import Versioning
from buckets.model.commit import CommitItem, Committed, Name, Outcome, Owner, PutItem, Refused
from buckets.names import BlobId, LeaseId
from buckets.ports import Ids

_Q = queries.load("commit")


class Commit:
    """One attempt at a group. A name may stand in it once, and so may a caller's idempotency key.

    `owners` are to be charged for it as far as is known: the writers at first, and whoever an attempt has met.
    """

    def __init__(self, session: Session, ids: Ids, items: Sequence[CommitItem], owners: set[Owner]) -> None:
        self._session = session
        self._ids = ids
        self._items = items
        self._owners = owners

    async def run(self) -> Sequence[Outcome] | None:
        """The outcomes; None when an owner turned up whose usage is not locked: the group is to be tried again from the start."""
        locked = await self._lock_usage()
        if not locked.issuperset(self._owners):
            await self._session.run(_Q["open_usage"], *columns(sorted(self._owners), 2))
            return None  # to go on from here, with locks in hand, would be to take the others out of order
        standings = await self._lock_heads()
        self._owners |= _owners_of(standings.values())
        if not locked.issuperset(self._owners):
            return None
        known = await self._known()
        unsound = await self._unsound()
        decided = {item.operation: self._decided(item, standings, known, unsound) for item in self._items}
        times = await self._write([each for each in decided.values() if isinstance(each, Change) and each.matters])
        await self._audit({operation: each for operation, each in decided.items() if not isinstance(each, Committed)})
        return [_outcome(decided[item.operation], times) for item in self._items]

    def _decided(
        self,
        item: CommitItem,
        standings: Mapping[Name, Standing],
        known: Mapping[UUID, Committed | StorageError],
        unsound: Mapping[UUID, StorageError],
    ) -> Change | Committed | StorageError:
        before = known.get(item.operation) or unsound.get(item.operation)
        return before or decide(item, standings[item.name])

    async def _lock_usage(self) -> set[Owner]:
        """Of those known, and of those whose objects seem to be going: to be charged, a row must be locked before any head is."""
        names = columns((item.name for item in self._items), 2)
        return _owners(await self._session.rows(_Q["lock_usage"], *columns(self._owners, 2), *names))

    async def _lock_heads(self) -> Mapping[Name, Standing]:
        names = columns((item.name for item in self._items), 2)
        await self._session.run(_Q["open_heads"], *names)
        heads = await self._session.rows(_Q["lock_heads"], *names)
        nulls = await self._nulls()
        return {(row["bucket"], row["key"]): _standing(row, nulls) for row in heads}

    async def _nulls(self) -> Mapping[Name, Present]:
        """The null versions that buckets which have ceased to keep versions still have; in others the head says enough."""
        names = [item.name for item in self._items if item.bucket.versioning is Versioning.SUSPENDED]
        rows = await self._session.rows(_Q["find_null_versions"], *columns(names, 2)) if names else []
        return {(row["bucket"], row["key"]): _present(row) for row in rows}

    async def _known(self) -> Mapping[UUID, Committed | StorageError]:
        """What was answered before to those who call a write by its name again."""
        named = {(*item.writer, item.idempotency.key): item for item in self._items if item.idempotency}
        rows = await self._session.rows(_Q["find_answers"], *columns(named, 3)) if named else []
        found = ((named[row["account"], row["owner"], row["key"]], row) for row in rows)
        return {item.operation: _replay(item, row) for item, row in found}

    async def _unsound(self) -> Mapping[UUID, StorageError]:
        """Items whose blobs cannot be referred to any more."""
        puts = [item for item in self._items if isinstance(item, PutItem)]
        leases = await self._lock_leases({lease_of(blob.id) for item in puts for blob in item.blobs})
        live = await self._lock_blobs({blob for item in puts for blob in _borrowed(item)})
        found: dict[UUID, StorageError] = {}
        for item in puts:
            if not all(lease_of(blob.id) in leases for blob in item.blobs):
                found[item.operation] = LeaseExpired()
            elif not live.issuperset(_borrowed(item)):
                found[item.operation] = SourceMoved()
        return found

    async def _lock_leases(self, leases: set[LeaseId]) -> set[LeaseId]:
        return {row["id"] for row in await self._session.rows(_Q["lock_leases"], sorted(leases))} if leases else set()

    async def _lock_blobs(self, blobs: set[BlobId]) -> set[BlobId]:
        return {row["id"] for row in await self._session.rows(_Q["lock_blobs"], sorted(blobs))} if blobs else set()

    async def _write(self, changes: Sequence[Change]) -> Mapping[UUID, Any]:
        """Carry the changes out; the time that each was made at."""
        await self._run("trash_versions", commit_rows.trashed(changes), 2)
        await self._run("retire_versions", commit_rows.forgotten(changes), 2)
        await self._run("add_blobs", commit_rows.blobs(changes), 6)
        await self._run("add_extents", commit_rows.later_extents(changes), 6)
        await self._run("put_versions", commit_rows.versions(changes), 22)
        await self._run("add_markers", commit_rows.markers(changes), 7)
        await self._run("unlist_heads", commit_rows.unlisted(changes), 3)
        await self._run("settle_usage", commit_rows.charges(_summed(changes)), 5)
        await self._run("add_answers", commit_rows.answers(changes), 5)
        announced = await self._rows("add_events", commit_rows.events(changes), 7)
        return {row["id"]: row["created_at"] for row in announced}

    async def _audit(self, decided: Mapping[UUID, Change | StorageError]) -> None:
        lines = (
            commit_rows.audit_line(self._ids.uuid7(), item, decided[item.operation])
            for item in self._items
            if item.operation in decided
        )
        await self._run("add_audit", lines, 14)

    async def _run(self, name: str, lines: Iterable[Sequence[Any]], width: int) -> None:
        """A statement over rows; none when there are no rows."""
        values = columns(lines, width)
        if values[0]:
            await self._session.run(_Q[name], *values)

    async def _rows(self, name: str, lines: Iterable[Sequence[Any]], width: int) -> Sequence[Row]:
        values = columns(lines, width)
        return await self._session.rows(_Q[name], *values) if values[0] else []


def _outcome(decided: Change | Committed | StorageError, times: Mapping[UUID, Any]) -> Outcome:
    if isinstance(decided, StorageError):
        return Refused(decided)
    if isinstance(decided, Committed):
        return decided
    item = decided.item
    if isinstance(item, PutItem):
        return Committed(head_after(item, seq=decided.seq, at=times[item.operation]))
    return decided.deleted


def _replay(item: CommitItem, row: Row) -> Committed | StorageError:
    if item.idempotency is None or row["fingerprint"] != item.idempotency.fingerprint:
        return IdempotencyKeyReused()
    if not isinstance(item, PutItem):
        raise CatalogUnavailable("it holds an answer to another kind of request")
    return Committed(commit_rows.replayed_head(item, row["answer"]), replayed=True)


def _summed(changes: Sequence[Change]) -> Sequence[Charge]:
    """One charge for each owner: a statement updates a row once."""
    totals: dict[Owner, Charge] = {}
    for charge in (charge for change in changes for charge in change.charges()):
        before = totals.get(charge.owner, Charge(charge.owner, 0, 0))
        totals[charge.owner] = Charge(
            charge.owner,
            before.stored_bytes + charge.stored_bytes,
            before.stored_objects + charge.stored_objects,
            before.trashed_bytes + charge.trashed_bytes,
        )
    return list(totals.values())


def _borrowed(item: PutItem) -> set[BlobId]:
    """The blobs that an item refers to without bringing them."""
    return {extent.blob for extent in item.extents} - {blob.id for blob in item.blobs}


def _owners(usage: Iterable[Row]) -> set[Owner]:
    return {(row["account"], row["owner"]) for row in usage}


def _owners_of(standings: Iterable[Standing]) -> set[Owner]:
    return {present.owner for standing in standings for present in (standing.current, standing.null) if present}


def _standing(row: Row, nulls: Mapping[Name, Present]) -> Standing:
    current = _present(row) if row["listed"] else None
    null = nulls.get((row["bucket"], row["key"]))
    return Standing(seq=row["seq"], current=current, null=null)


def _present(row: Row) -> Present:
    return Present(version=row["version"], owner=(row["account"], row["owner"]), size=row["size"], etag=row["etag"])
