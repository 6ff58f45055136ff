"""COMMIT in dictionaries: what becomes of an item is decided by `buckets/change.py` and carried out here."""

from collections.abc import Sequence
from dataclasses import replace

from buckets.change import Change, Present, Standing, decide, deed, head_after, require_apart
from buckets.errors import CatalogUnavailable, IdempotencyKeyReused, LeaseExpired, NoSuchBucket, SourceMoved, StorageError
from buckets.memory.records import Version
from buckets.memory.tables import Tables
from buckets.model.blob import lease_of
from buckets.model.commit import (
    CommitItem,
    Committed,
    Deleted,
    DeleteItem,
    EditItem,
    Idempotency,
    Outcome,
    Owner,
    PutItem,
    Refused,
)
from buckets.model.version import Head
from buckets.names import VersionId


class MemoryCommit(Tables):
    """The part of the `Objects` port that writes."""

    __slots__ = ()

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        require_apart(items)
        decided = [self._decided(item) for item in items]
        self._require_new(items, decided)
        return [self._outcome(item, each) for item, each in zip(items, decided, strict=True)]

    async def find_answer(self, writer: Owner, idempotency: Idempotency) -> Head | None:
        answer = self._answer(writer, idempotency)
        if isinstance(answer, StorageError):
            raise answer
        return answer

    async def resolve(self, item: CommitItem) -> Outcome | None:
        return self.operations.setdefault(item.operation, None)

    def _decided(self, item: CommitItem) -> Change | Committed | StorageError:
        bucket = self.living(item.bucket.id)
        if bucket is None:
            return NoSuchBucket(item.bucket.name)
        item = replace(item, bucket=bucket)
        return self._known(item) or self._unsound(item) or decide(item, self._standing(item))

    def _require_new(self, items: Sequence[CommitItem], decided: Sequence[Change | Committed | StorageError]) -> None:
        """Operations and blobs are used once. One that was, or that was given up by `resolve`, takes its whole group down."""
        operations = {item.operation for item, each in zip(items, decided, strict=True) if not isinstance(each, Committed)}
        puts = [each.item for each in decided if isinstance(each, Change) and isinstance(each.item, PutItem)]
        if operations & self.operations.keys() or {blob.id for item in puts for blob in item.blobs} & self.blobs.keys():
            raise CatalogUnavailable("it knows the operation, or a blob, already")

    def _outcome(self, item: CommitItem, decided: Change | Committed | StorageError) -> Outcome:
        if isinstance(decided, Committed):
            return decided
        if isinstance(decided, StorageError):
            self.record(deed(item, decided), item.origin)
            outcome: Outcome = Refused(decided)
        else:
            self.record(deed(item), item.origin)
            outcome = self._carry_out(decided)
        self.operations[item.operation] = outcome
        return outcome

    def _known(self, item: CommitItem) -> Committed | StorageError | None:
        known = self._answer(item.writer, item.idempotency) if item.idempotency else None
        return Committed(known, replayed=True) if isinstance(known, Head) else known

    def _answer(self, writer: Owner, idempotency: Idempotency) -> Head | StorageError | None:
        fingerprint, answer = self.answers.get((writer, idempotency.key), (None, None))
        if fingerprint is None:
            return None
        return answer if fingerprint == idempotency.fingerprint and isinstance(answer, Head) else IdempotencyKeyReused()

    def _unsound(self, item: CommitItem) -> StorageError | None:
        if not isinstance(item, PutItem):
            return None
        leases = [self.leases.get(lease_of(blob.id)) for blob in item.blobs]
        if any(lease is None or lease.until <= self.clock.now() for lease in leases):
            return LeaseExpired()
        borrowed = {extent.blob for extent in item.extents} - {blob.id for blob in item.blobs}
        return None if borrowed <= self.blobs.keys() else SourceMoved()

    def _standing(self, item: CommitItem) -> Standing:
        name = item.name
        nulls = (id_ for id_, each in self.versions.items() if each.name == name and each.is_null and not each.trashed_at)
        return Standing(
            seq=self.seqs.get(name, 0),
            current=self._present(self.current.get(name)),
            null=self._present(next(nulls, None)),
            trashed=self._present(self._trashed(item)),
        )

    def _trashed(self, item: CommitItem) -> VersionId | None:
        """What the item is to restore, if it is in the trash of its name."""
        wanted = item.restores.version if isinstance(item, PutItem) and item.restores else None
        found = self.versions.get(wanted) if wanted else None
        return wanted if found and found.trashed_at and found.name == item.name else None

    def _present(self, id_: VersionId | None) -> Present | None:
        if id_ is None:
            return None
        version = self.versions[id_]
        size, etag = (version.head.content.size, version.head.content.digests.etag) if version.head else (0, "")
        return Present(version=id_, owner=version.owner, size=size, etag=etag)

    def _carry_out(self, change: Change) -> Outcome:
        self.forget([gone.version for gone in (*change.forget, *change.purge)])
        for kept in change.trash:
            self.versions[kept.version].trashed_at = self.clock.now()
        self.seqs[change.item.name] = change.seq
        if change.unlist or change.adds:
            self.current.pop(change.item.name, None)
        for charge in change.charges():
            self.charge(charge)
        if change.matters:
            self.outbox.append(change)
        return self._made(change)

    def _made(self, change: Change) -> Committed | Deleted:
        match change.item:
            case PutItem():
                return self._put(change, change.item)
            case EditItem():
                return self._edit(change, change.item)
            case DeleteItem():
                return self._delete(change)

    def _put(self, change: Change, item: PutItem) -> Committed:
        head = head_after(item, seq=change.seq, at=self.clock.now())
        self.blobs |= {blob.id: blob for blob in item.blobs}
        self.versions[head.version] = Version(
            item.name, item.writer, change.is_null, change.seq, head.modified_at, head, item.extents
        )
        self.current[item.name] = head.version
        if item.idempotency:
            self.answers[item.writer, item.idempotency.key] = item.idempotency.fingerprint, head
        return Committed(head)

    def _edit(self, change: Change, item: EditItem) -> Committed:
        head = head_after(item, seq=change.seq, at=item.head.modified_at)
        version = self.versions[head.version]
        version.head, version.seq = head, change.seq
        return Committed(head)

    def _delete(self, change: Change) -> Deleted:
        if change.marker:
            self.versions[change.item.version] = Version(
                change.item.name, change.item.writer, change.is_null, change.seq, self.clock.now()
            )
        return change.deleted
