"""Changes turned into rows, in the order that the statements of `queries/commit.sql` take them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from buckets.catalog.rows import Row
from buckets.change import Change, Charge, head_after
from buckets.errors import StorageError
from buckets.model.blob import Extent, Span
from buckets.model.commit import CommitItem, Committed, Deleted, Outcome, PutItem
from buckets.model.version import Head
from buckets.names import BlobId, UserId, VersionId

Line: TypeAlias = Sequence[Any]


def columns(lines: Iterable[Line], width: int) -> list[list[Any]]:
    """Rows turned into the columns that `unnest` takes."""
    turned: list[list[Any]] = [[] for _ in range(width)]
    for line in lines:
        for column, value in zip(turned, line, strict=True):
            column.append(value)
    return turned


def blobs(changes: Sequence[Change]) -> Iterator[Line]:
    for item in _puts(changes):
        for blob in item.blobs:
            yield blob.id, blob.account, blob.placement, blob.locator, blob.size, blob.sums or None


def trashed(changes: Sequence[Change]) -> Iterator[Line]:
    return ((change.item.bucket.id, gone.version) for change in changes for gone in change.trash)


def forgotten(changes: Sequence[Change]) -> Iterator[Line]:
    return ((change.item.bucket.id, gone.version) for change in changes for gone in change.forget)


def unlisted(changes: Sequence[Change]) -> Iterator[Line]:
    return ((*change.item.name, change.seq) for change in changes if change.marker or change.unlist)


def later_extents(changes: Sequence[Change]) -> Iterator[Line]:
    for item in _puts(changes):
        for ordinal, extent in enumerate(item.extents):
            if ordinal > 0:
                yield item.bucket.id, item.version, ordinal, extent.blob, extent.span.offset, extent.span.length


def versions(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if isinstance(change.item, PutItem):
            yield _version(change, change.item)


def markers(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if change.marker:
            yield change.item.bucket.id, change.item.version, change.item.key, change.seq, change.is_null, *change.item.writer


def charges(totals: Sequence[Charge]) -> Iterator[Line]:
    for charge in totals:
        yield *charge.owner, charge.stored_bytes, charge.stored_objects, charge.trashed_bytes


def events(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        item = change.item
        facts = json.dumps(change.facts)
        yield item.operation, item.bucket.account, item.bucket.id, item.key, change.seq, change.kind, facts


def answers(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        item = change.item
        if isinstance(item, PutItem) and item.idempotency:
            said = {"version": str(item.version), "seq": change.seq, "owner": str(item.origin.caller.user)}
            held = {"first": _told(item.extents[0]) if item.extents else None, "extents": len(item.extents)}
            yield *item.writer, item.idempotency.key, item.idempotency.fingerprint, json.dumps(said | held)


def audit_line(line_id: UUID, item: CommitItem, decided: Change | StorageError) -> Line:
    caller, origin = item.origin.caller, item.origin
    result, reason = ("refused", type(decided).__name__) if isinstance(decided, StorageError) else ("done", None)
    size = item.content.size if isinstance(item, PutItem) else None
    who = line_id, item.bucket.account, caller.user, caller.credential
    what = origin.action, item.bucket.name, item.key, item.version, result, reason
    return *who, *what, origin.address, origin.agent, origin.request_id, size


def outcome(item: CommitItem, row: Row) -> Outcome | None:
    """Of an operation whose proof was found; one that was voided was never carried out."""
    if row["kind"] == "void":
        return None
    if isinstance(item, PutItem):
        return Committed(head_after(item, seq=row["seq"], at=row["created_at"]))
    said = json.loads(row["payload"])
    return Deleted(removed=_version_id(said["removed"]), marker=_version_id(said["marker"]))


def replayed_head(item: PutItem, answer: str) -> Head:
    """As it was answered the first time, over the blobs of then; that the content is the same the fingerprint has shown."""
    said = json.loads(answer)
    return replace(
        head_after(item, seq=said["seq"], at=datetime.fromisoformat(said["at"])),
        version=VersionId(UUID(said["version"])),
        owner=UserId(UUID(said["owner"])),
        first=_extent(said["first"]) if said["first"] else None,
        extents=said["extents"],
    )


def _told(extent: Extent) -> Sequence[str | int]:
    return str(extent.blob), extent.placement, extent.locator, extent.span.offset, extent.span.length


def _extent(told: Sequence[Any]) -> Extent:
    blob, placement, locator, offset, length = told
    return Extent(blob=BlobId(UUID(blob)), placement=placement, locator=locator, span=Span(offset, length))


def _version_id(text: str | None) -> VersionId | None:
    return VersionId(UUID(text)) if text else None


def _puts(changes: Sequence[Change]) -> Iterator[PutItem]:
    return (change.item for change in changes if isinstance(change.item, PutItem))


def _version(change: Change, item: PutItem) -> Line:
    content, digests = item.content, item.content.digests
    name = item.bucket.id, item.version, item.key, change.seq, change.is_null, *item.writer
    sums = content.size, digests.etag, digests.crc32c, digests.md5, digests.sha256
    words = content.content_type, json.dumps(dict(content.metadata)), json.dumps(dict(content.tags))
    return *name, *sums, *words, item.state, len(item.extents), *_first(item)


def _first(item: PutItem) -> Line:
    if not item.extents:
        return None, None, None, None, None
    first = item.extents[0]
    return first.blob, first.placement, first.locator, first.span.offset, first.span.length
