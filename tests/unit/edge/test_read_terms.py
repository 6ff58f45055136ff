"""What a read says of when and of which part, against the steps of the standard written down once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import PreconditionFailed, RangeNotSatisfiable
from buckets.ranges import ByteRange, resolve
from gateway.edge.conditional import ReadTerms
from gateway.edge.entity_tags import EntityTags
from tests.unit.edge.heads import MODIFIED, head

Verdict: TypeAlias = Literal["whole", "part", "unmodified", "failed"]

HEAD = head(etag="e")
SAID = MODIFIED.replace(microsecond=0)
PART = ByteRange(1, 2)

tag_lists = st.none() | st.just("*") | st.lists(st.sampled_from(['"e"', 'W/"e"', '"f"', 'W/"f"']), min_size=1).map(", ".join)
seconds = st.none() | st.integers(-2, 2)
if_ranges = st.none() | st.sampled_from(['"e"', 'W/"e"', '"f"', "e", "now", -1, 0, 1])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The headers of a request; dates as seconds from when the object is said to have been modified."""

    match: str | None
    none_match: str | None
    modified_since: int | None
    unmodified_since: int | None
    ranged: bool
    if_range: str | int | None

    @property
    def terms(self) -> ReadTerms:
        return ReadTerms(
            match=tags(self.match),
            none_match=tags(self.none_match),
            modified_since=when(self.modified_since),
            unmodified_since=when(self.unmodified_since),
            part=PART if self.ranged else None,
            if_range=when(self.if_range) if isinstance(self.if_range, int) else self.if_range,
        )

    def verdict(self) -> Verdict:
        """https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2 step by step; the tag is `e`, and the time 0."""
        if self.match is not None:  # 1
            if self.match != "*" and '"e"' not in self.match.split(", "):
                return "failed"
        elif self.unmodified_since is not None and self.unmodified_since < 0:  # 2
            return "failed"
        if self.none_match is not None:  # 3
            if self.none_match == "*" or {'"e"', 'W/"e"'} & set(self.none_match.split(", ")):
                return "unmodified"
        elif self.modified_since is not None and self.modified_since >= 0:  # 4
            return "unmodified"
        return "part" if self.ranged and self.if_range in (None, '"e"', 0) else "whole"  # 5


def tags(field: str | None) -> EntityTags | None:
    return None if field is None else EntityTags.parse(field)


def when(offset: int | None) -> datetime | None:
    return None if offset is None else SAID + timedelta(seconds=offset)


def outcome(terms: ReadTerms) -> Verdict:
    try:
        part = terms(HEAD)
    except PreconditionFailed:
        return "failed"
    if terms.is_unmodified(HEAD):
        assert part is None
        return "unmodified"
    return "whole" if part is None else "part"


@given(
    st.builds(
        Asked,
        match=tag_lists,
        none_match=tag_lists,
        modified_since=seconds,
        unmodified_since=seconds,
        ranged=st.booleans(),
        if_range=if_ranges,
    )
)
def test_conditions_and_ranges_are_judged_in_the_order_of_the_standard(asked: Asked) -> None:
    assert outcome(asked.terms) == asked.verdict()


def test_nothing_said_is_the_whole() -> None:
    assert outcome(ReadTerms()) == "whole"


def test_a_condition_that_fails_is_told_by_its_name() -> None:
    with pytest.raises(PreconditionFailed, match="If-Match"):
        ReadTerms(match=EntityTags.parse('"f"'), unmodified_since=when(-1))(HEAD)
    with pytest.raises(PreconditionFailed, match="If-Unmodified-Since"):
        ReadTerms(unmodified_since=when(-1))(HEAD)


def test_a_range_beyond_the_end_is_no_fault_of_who_has_the_object_already() -> None:
    beyond = ByteRange(99, None)
    assert resolve(ReadTerms(part=beyond, none_match=EntityTags.parse("*"))(HEAD), 5).length == 5
    with pytest.raises(RangeNotSatisfiable):
        resolve(ReadTerms(part=beyond)(HEAD), 5)
