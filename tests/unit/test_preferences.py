"""Preferences are merged as RFC 7396 says, and stay small."""

from typing import Any

import pytest

from buckets import preferences
from buckets.errors import InvalidScalar


@pytest.mark.parametrize(
    ("present", "change", "merged"),
    [
        # https://www.rfc-editor.org/rfc/rfc7396#appendix-A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": 0}, {"a": False}, {"a": False}),
    ],
)
def test_a_change_is_merged(present: dict[str, Any], change: dict[str, Any], merged: dict[str, Any]) -> None:
    assert preferences.merged(present, change) == merged


def test_what_was_there_is_left_alone() -> None:
    present: dict[str, Any] = {"a": {"b": 1}}
    preferences.merged(present, {"a": {"b": 2}})
    assert present == {"a": {"b": 1}}


@pytest.mark.parametrize("number", [1 << 53, -(1 << 53), 0.1, 5e-324, True])
def test_numbers_that_everybody_reads_alike_are_taken(number: float) -> None:
    assert preferences.checked({"a": [{"b": number}]}) == {"a": [{"b": number}]}


@pytest.mark.parametrize("number", [(1 << 53) + 1, -(1 << 64), 1e300, -1e17])
def test_numbers_that_are_read_differently_are_refused(number: float) -> None:
    with pytest.raises(InvalidScalar):
        preferences.checked({"a": [{"b": number}]})


def test_the_largest_that_is_allowed_is_taken_and_no_more() -> None:
    room = preferences.LARGEST - len('{"a": ""}')
    preferences.checked({"a": "x" * room})
    with pytest.raises(InvalidScalar):
        preferences.checked({"a": "x" * (room + 1)})
