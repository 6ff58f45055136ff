"""Changes turned into rows, in the order that the statements of `queries/commit.sql` take them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from buckets.change import Change, Charge
from buckets.model.commit import EditItem, Owner, PutItem
from buckets.model.version import Content

Line: TypeAlias = Sequence[Any]


def columns(lines: Iterable[Line], width: int) -> list[list[Any]]:
    """Rows turned into the columns that `unnest` takes."""
    turned: list[list[Any]] = [[] for _ in range(width)]
    for line in lines:
        for column, value in zip(turned, line, strict=True):
            column.append(value)
    return turned


def document(words: Mapping[str, Any]) -> str:
    return json.dumps(dict(words), allow_nan=False)


def blobs(changes: Sequence[Change]) -> Iterator[Line]:
    for item in _puts(changes):
        for blob in item.blobs:
            yield blob.id, blob.account, blob.placement, blob.locator, blob.size, blob.sums or None


def trashed(changes: Sequence[Change]) -> Iterator[Line]:
    return ((change.item.bucket.id, gone.version) for change in changes for gone in change.trash)


def forgotten(changes: Sequence[Change]) -> Iterator[Line]:
    return ((change.item.bucket.id, gone.version) for change in changes for gone in (*change.forget, *change.purge))


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


def edits(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        item = change.item
        if isinstance(item, EditItem):
            yield item.bucket.id, item.version, item.key, change.seq, *_words(item.content), item.visibility


def markers(changes: Sequence[Change]) -> Iterator[Line]:
    for change in changes:
        if change.marker:
            yield change.item.bucket.id, change.item.version, change.item.key, change.seq, change.is_null, *change.item.writer


def charges(all_charges: Iterable[Charge]) -> Iterator[Line]:
    """One line for each owner: a statement updates a row once."""
    totals: dict[Owner, tuple[int, int, int]] = {}
    for charge in all_charges:
        stored_bytes, stored_objects, trashed_bytes = totals.get(charge.owner, (0, 0, 0))
        totals[charge.owner] = (
            stored_bytes + charge.stored_bytes,
            stored_objects + charge.stored_objects,
            trashed_bytes + charge.trashed_bytes,
        )
    return ((*owner, *total) for owner, total in totals.items())


def answers(changes: Sequence[Change]) -> Iterator[Line]:
    for item in _puts(changes):
        if item.idempotency:
            yield *item.writer, item.idempotency.key, item.idempotency.fingerprint, *item.name


def _puts(changes: Sequence[Change]) -> Iterator[PutItem]:
    return (change.item for change in changes if isinstance(change.item, PutItem))


def _version(change: Change, item: PutItem) -> Line:
    content, digests = item.content, item.content.digests
    name = item.bucket.id, item.version, item.key, change.seq, change.is_null, *item.writer
    sums = content.size, digests.etag, digests.crc32c, digests.md5, digests.sha256
    return *name, *sums, *_words(content), item.visibility, item.state, len(item.extents), *_first(item)


def _words(content: Content) -> Line:
    documents = document(content.headers), document(content.metadata), document(content.tags)
    return content.content_type, *documents, content.filename


def _first(item: PutItem) -> Line:
    if not item.extents:
        return None, None, None, None, None
    first = item.extents[0]
    return first.blob, first.placement, first.locator, first.span.offset, first.span.length
