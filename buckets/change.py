"""What a write does to a name, decided from what is known of it under lock. No I/O: every catalog carries out the same changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from buckets import conditions
from buckets.errors import NoSuchObject, NoSuchVersion, NotPermitted, Overtaken, StorageError
from buckets.model.audit import Deed
from buckets.model.bucket import Versioning
from buckets.model.commit import CommitItem, Deleted, DeleteItem, EditItem, Name, Owner, PutItem
from buckets.model.version import Head
from buckets.names import VersionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A version that is there; a marker has no entity tag."""

    version: VersionId
    owner: Owner
    size: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a name: the changes it has seen, what it points to, and its null version, current or not.

    `trashed` is the version that the write is to restore, if it is still in the trash.
    """

    seq: int = 0
    current: Present | None = None
    null: Present | None = None
    trashed: Present | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What an owner uses more, or less, than before."""

    owner: Owner
    stored_bytes: int
    stored_objects: int
    trashed_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done: old versions go first, then a version or a marker is added, then the head is set.

    What is to `purge` was in the trash already.
    """

    item: CommitItem
    seq: int
    forget: Sequence[Present] = ()
    trash: Sequence[Present] = ()
    purge: Sequence[Present] = ()
    unlist: bool = False
    marker: bool = False

    @property
    def adds(self) -> bool:
        """Whether there is a version more."""
        return self.marker or isinstance(self.item, PutItem)

    @property
    def is_null(self) -> bool:
        return self.item.bucket.versioning is not Versioning.ENABLED

    @property
    def matters(self) -> bool:
        """Whether anything is different afterwards."""
        return self.adds or self.unlist or isinstance(self.item, EditItem)

    @property
    def deleted(self) -> Deleted:
        gone = next(iter((*self.trash, *self.forget)), None)
        return Deleted(removed=gone.version if gone else None, marker=self.item.version if self.marker else None)

    @property
    def kind(self) -> str:
        """What an event of it is called."""
        return _KINDS[type(self.item)]

    @property
    def facts(self) -> Mapping[str, str | int | None]:
        """What an event of it tells."""
        if isinstance(self.item, DeleteItem):
            removed, marker = self.deleted.removed, self.deleted.marker
            return {"removed": str(removed) if removed else None, "marker": str(marker) if marker else None}
        content = self.item.content
        return {"version": str(self.item.version), "size": content.size, "etag": content.digests.etag}

    def charges(self) -> Iterator[Charge]:
        for gone in self.forget:
            yield Charge(gone.owner, -gone.size, -1)
        for kept in self.trash:
            yield Charge(kept.owner, -kept.size, -1, kept.size)
        for purged in self.purge:
            yield Charge(purged.owner, 0, 0, -purged.size)
        if isinstance(self.item, PutItem):
            yield Charge(self.item.writer, self.item.content.size, 1)
        elif self.marker:
            yield Charge(self.item.writer, 0, 1)


_KINDS = {PutItem: "object.created", DeleteItem: "object.removed", EditItem: "object.changed"}


def decide(item: CommitItem, standing: Standing) -> Change | StorageError:
    """The change, or why there is none. Who may not touch an object does not learn either what it is like."""
    if item.origin.only_own and not _is_own(item, standing):
        return NotPermitted(item.origin.action)
    etag = standing.current.etag if standing.current else None
    refusal = conditions.refusal(item.condition, etag, standing.seq, bucket=item.bucket.name, key=item.key)
    if refusal:
        return refusal
    match item:
        case PutItem():
            return _put(item, standing)
        case DeleteItem():
            return _delete(item, standing)
        case EditItem():
            return _edit(item, standing)


def _is_own(item: CommitItem, standing: Standing) -> bool:
    touched = (standing.current, standing.trashed, *_replaced(item, standing))
    return all(present is None or present.owner == item.writer for present in touched)


def require_apart(items: Sequence[CommitItem]) -> None:
    """A name, or an owner's idempotency key, stands in a group once; twice is the program's fault and a ValueError."""
    subjects: list[Name | tuple[Owner, str]] = [item.name for item in items]
    subjects += [(item.writer, item.idempotency.key) for item in items if item.idempotency]
    if len(set(subjects)) < len(subjects):
        raise ValueError("a name or an idempotency key stands in a group twice")


def head_after(item: PutItem | EditItem, *, seq: int, at: datetime) -> Head:
    """What the name points to, once the item is committed."""
    if isinstance(item, EditItem):
        return replace(item.head, seq=seq, content=item.content, visibility=item.visibility)
    return Head(
        bucket=item.bucket.id,
        key=item.key,
        version=item.version,
        seq=seq,
        account=item.bucket.account,
        owner=item.origin.caller.user,
        content=item.content,
        state=item.state,
        visibility=item.visibility,
        first=item.extents[0] if item.extents else None,
        extents=len(item.extents),
        layout=0,
        modified_at=at,
    )


def deed(item: CommitItem, refusal: StorageError | None = None) -> Deed:
    """What the audit says of it."""
    return Deed(
        id=item.operation,
        account=item.bucket.account,
        action=item.origin.action,
        bucket=item.bucket.name,
        key=item.key,
        version=item.version,
        result="refused" if refusal else "done",
        reason=type(refusal).__name__ if refusal else None,
        size=item.content.size if isinstance(item, PutItem) else None,
    )


def _put(item: PutItem, standing: Standing) -> Change | StorageError:
    """A bucket that keeps no versions forgets what is overwritten; one that has ceased to forgets its null version only."""
    if item.restores and not standing.trashed:
        return NoSuchVersion(item.bucket.name, item.key, str(item.restores.version))
    purge = (standing.trashed,) if standing.trashed else ()
    return Change(item=item, seq=standing.seq + 1, forget=_replaced(item, standing), purge=purge)


def _edit(item: EditItem, standing: Standing) -> Change | StorageError:
    if standing.current is None:
        return NoSuchObject(item.bucket.name, item.key)
    if standing.seq != item.head.seq:
        return Overtaken()
    return Change(item=item, seq=standing.seq + 1)


def _delete(item: DeleteItem, standing: Standing) -> Change:
    gone = _replaced(item, standing)
    kept = [present for present in gone if present.etag] if item.bucket.trash and not item.forever else []
    marker = item.bucket.versioning is not Versioning.OFF
    return Change(
        item=item,
        seq=standing.seq + 1 if marker or standing.current else standing.seq,
        trash=kept,
        forget=[present for present in gone if present not in kept],
        unlist=standing.current is not None,
        marker=marker,
    )


def _replaced(item: CommitItem, standing: Standing) -> Sequence[Present]:
    if item.bucket.versioning is Versioning.ENABLED:
        return ()
    if item.bucket.versioning is Versioning.OFF:
        return (standing.current,) if standing.current else ()
    return (standing.null,) if standing.null else ()
