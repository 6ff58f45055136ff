"""Byte ranges: which part of an object is asked for, and which extents hold it. No I/O.

https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from buckets.errors import InvalidScalar, RangeNotSatisfiable
from buckets.model.blob import Extent, Span
from buckets.scalars import whole_number

_ONE_RANGE = re.compile(r"(?i:bytes) *= *([0-9]*)-([0-9]*) *")
_FARTHEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From the first byte to the last, or to the end; without a first, the last so many."""

    first: int | None
    last: int | None


def parse(header: str) -> ByteRange | None:
    """One range as a client writes it. None for whatever else it wrote: that is answered with the whole object."""
    match = _ONE_RANGE.fullmatch(header)
    if match is None:
        return None
    try:
        first, last = (_position(digits) for digits in match.groups())
    except InvalidScalar:
        return None
    backwards = first is not None and last is not None and last < first
    return None if backwards or first is last is None else ByteRange(first, last)


def resolve(wanted: ByteRange | None, size: int) -> Span:
    """The part of an object of that size; RangeNotSatisfiable when there is no byte in it."""
    if wanted is None:
        return Span(0, size)
    if wanted.first is None:
        first, end = max(0, size - (wanted.last or 0)), size
    else:
        first, end = wanted.first, size if wanted.last is None else min(wanted.last + 1, size)
    if first >= end:
        raise RangeNotSatisfiable(size)
    return Span(first, end - first)


def cut(extents: Iterable[Extent], span: Span) -> Iterator[Extent]:
    """The extents of just that part of what they hold together."""
    start = 0
    for extent in extents:
        first = max(span.offset - start, 0)
        end = min(span.end - start, extent.span.length)
        part = Span(extent.span.offset + first, end - first)
        if part == extent.span:
            yield extent
        elif first < end:
            yield replace(extent, span=part)
        start += extent.span.length


def _position(digits: str) -> int | None:
    return whole_number(digits.lstrip("0") or "0", name="The range", most=_FARTHEST) if digits else None
