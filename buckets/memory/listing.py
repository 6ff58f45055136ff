"""Lists over heads that are all in hand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from buckets.key_range import KeyRange
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.version import Head
from buckets.names import ObjectKey


def within(heads: Iterable[Head], keys: KeyRange) -> Sequence[Head]:
    """Those whose keys lie in the range, in the order of their bytes."""
    found = [head for head in heads if _holds(keys, head.key)]
    return sorted(found, key=lambda head: head.key.encode())


def folded(heads: Iterable[Head], *, prefix: str, delimiter: str) -> Iterator[Head | Folder]:
    """Heads in their order, those below a folder as that folder, once."""
    last: Folder | None = None
    for head in heads:
        end = head.key.find(delimiter, len(prefix))
        if end < 0:
            yield head
        elif last != (folder := Folder(head.key[: end + len(delimiter)])):
            yield (last := folder)


def ranked(heads: Iterable[Head], order: Order, *, falling: bool, after: Place | None, limit: int) -> Ranked:
    ordered = sorted(heads, key=lambda head: _rank(order, head), reverse=falling)
    if after is not None:
        edge = after.value, after.key.encode()
        ordered = [head for head in ordered if (_rank(order, head) < edge if falling else _rank(order, head) > edge)]
    page = ordered[:limit]
    more = Place(_rank(order, page[-1])[0], ObjectKey(page[-1].key)) if len(ordered) > limit else None
    return Ranked(page, more)


def _rank(order: Order, head: Head) -> tuple[datetime | int, bytes]:
    return (head.modified_at if order is Order.CREATED else head.content.size), head.key.encode()


def _holds(keys: KeyRange, key: str) -> bool:
    return keys.first.encode() <= key.encode() and (keys.before is None or key.encode() < keys.before.encode())
