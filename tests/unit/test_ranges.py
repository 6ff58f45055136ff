"""Byte ranges: every header is one range or the whole, and what is cut is what was asked for."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import RangeNotSatisfiable
from buckets.model.blob import Extent, Span
from buckets.names import BlobId
from buckets.ranges import ByteRange, cut, parse, resolve

SIZES = st.integers(min_value=0, max_value=30)
POSITIONS = st.none() | st.integers(min_value=0, max_value=40)


class TestParse:
    @pytest.mark.parametrize(
        ("header", "meant"),
        [
            ("bytes=0-9", ByteRange(0, 9)),
            ("bytes=5-", ByteRange(5, None)),
            ("bytes=-5", ByteRange(None, 5)),
            ("bytes=-0", ByteRange(None, 0)),
            ("BYTES = 007-8 ", ByteRange(7, 8)),
        ],
    )
    def test_one_range_is_understood(self, header: str, meant: ByteRange) -> None:
        assert parse(header) == meant

    @pytest.mark.parametrize(
        "header",
        ["", "bytes=", "bytes=-", "bytes=9-0", "bytes=0-1,3-4", "bytes=+1-2", "bytes=1_0-", "bytes=\uff11-", "bytes=--1",
         "bytes=0x1-", "bytes=1-2\n", "bytes 1-2", "lines=1-2", f"bytes={'9' * 5000}-", "bytes=1.0-2"],
    )  # fmt: skip
    def test_whatever_else_is_the_whole(self, header: str) -> None:
        assert parse(header) is None

    @given(st.text() | st.from_regex(r"bytes=\d*-\d*(,\d*-\d*)?"))
    def test_no_header_breaks_it(self, header: str) -> None:
        wanted = parse(header)
        assert wanted is None or wanted.first is not None or wanted.last is not None


class TestResolve:
    @given(size=SIZES, first=POSITIONS, last=POSITIONS)
    def test_it_is_what_a_slice_is(self, size: int, first: int | None, last: int | None) -> None:
        content = bytes(range(size))
        if first is None:
            meant = content if last is None else content[max(0, size - last) :]
        else:
            meant = content[first:] if last is None else content[first : last + 1]
        wanted = None if first is last is None else ByteRange(first, last)
        if meant or wanted is None:
            span = resolve(wanted, size)
            assert content[span.offset : span.end] == meant
        else:
            with pytest.raises(RangeNotSatisfiable) as caught:
                resolve(wanted, size)
            assert caught.value.size == size


class TestCut:
    @given(lengths=st.lists(st.integers(min_value=1, max_value=9), max_size=6), data=st.data())
    def test_the_extents_hold_just_that_part(self, lengths: list[int], data: st.DataObject) -> None:
        extents = [_extent(number, offset=3 * number, length=length) for number, length in enumerate(lengths)]
        whole = [place for extent in extents for place in _bytes(extent)]
        offset = data.draw(st.integers(min_value=0, max_value=len(whole)))
        span = Span(offset, data.draw(st.integers(min_value=0, max_value=len(whole) - offset)))
        pieces = list(cut(extents, span))
        assert [place for piece in pieces for place in _bytes(piece)] == whole[span.offset : span.end]
        assert all(piece.span.length for piece in pieces)


def _extent(number: int, *, offset: int, length: int) -> Extent:
    return Extent(blob=BlobId(UUID(int=number)), placement="default", locator=str(number), span=Span(offset, length))


def _bytes(extent: Extent) -> list[tuple[str, int]]:
    return [(extent.locator, place) for place in range(extent.span.offset, extent.span.end)]
