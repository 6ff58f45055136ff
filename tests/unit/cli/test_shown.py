"""What a terminal is shown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.client import shown
from gateway.cli.client.errors import Failure


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a b", "a b"),
        ("é😀", "é😀"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202egnp", r"\u202egnp"),
        ("\udcff", r"\udcff"),
        ("\\n", r"\\n"),
    ],
)
def test_names_are_shown_without_being_obeyed(text: str, line: str) -> None:
    assert shown.name(text) == line


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2, unique=True))
def test_no_two_names_look_alike(names: list[str]) -> None:
    assert shown.name(names[0]) != shown.name(names[1])
    assert shown.name(names[0]).isprintable()


@given(st.text(max_size=40))
def test_a_failure_is_one_line(message: str) -> None:
    assert len(str(Failure(message)).splitlines()) <= 1


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (20 << 20, "20.0 MiB"), (5 << 50, "5120.0 TiB")]
)
def test_sizes_stand_in_the_unit_that_fits(count: int, text: str) -> None:
    assert shown.size(count) == text


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    instant = datetime(2026, 11, 21, 7, 3, 11, tzinfo=UTC)
    assert datetime.strptime(shown.time(instant), "%Y-%m-%d %H:%M:%S").astimezone() == instant
