"""The dates of HTTP: three forms, each exactly as it is written."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.http_date import http_date

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

moments = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


def rfc850(moment: datetime) -> str:
    return moment.strftime("%A, %d-%b-%y %H:%M:%S GMT")


def asctime(moment: datetime, *, pad: str = " ") -> str:
    return f"{moment:%a %b} {moment.day:{pad}>2} {moment:%H:%M:%S} {moment.year:04}"


def without_day(text: str) -> str:
    """The day of the week says nothing."""
    return re.sub("^[A-Za-z]+", "", text)


FORMS: list[Callable[[datetime], str]] = [partial(format_datetime, usegmt=True), rfc850, asctime, partial(asctime, pad="0")]


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994"],
)
def test_the_examples_of_the_standard_are_one_moment(text: str) -> None:
    assert http_date(text, now=NOW) == MOMENT


@given(moments)
def test_every_moment_is_read_as_it_was_written(moment: datetime) -> None:
    assert http_date(format_datetime(moment, usegmt=True), now=NOW) == moment
    assert http_date(asctime(moment), now=NOW) == moment


@given(st.integers(-49 * 365, 49 * 365).map(lambda days: MOMENT.replace(year=2026) + timedelta(days=days)))
def test_two_digits_are_enough_for_fifty_years_either_way(moment: datetime) -> None:
    assert http_date(rfc850(moment), now=NOW) == moment


@pytest.mark.parametrize(
    ("now", "digits", "year"),
    [(2026, "76", 2076), (2026, "77", 1977), (2095, "05", 2105), (2095, "45", 2145), (2095, "46", 2046), (2026, "00", 2000)],
)
def test_a_year_that_would_be_too_far_ahead_is_past(now: int, digits: str, year: int) -> None:
    found = http_date(f"Monday, 01-Mar-{digits} 00:00:00 GMT", now=NOW.replace(year=now))
    assert found == datetime(year, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "now",
        "1994-11-06T08:49:37Z",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov \uff11994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov 31 08:49:37 1994",
    ],
)
def test_whatever_else_is_no_date(text: str) -> None:
    assert http_date(text, now=NOW) is None


@given(data=st.data(), moment=moments, form=st.sampled_from(FORMS))
def test_what_is_still_a_date_with_a_character_changed_is_written_that_way(
    data: st.DataObject, moment: datetime, form: Callable[[datetime], str]
) -> None:
    text = form(moment)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.characters() | st.sampled_from("0123456789 -:,")) + text[place + 1 :]
    found = http_date(changed, now=NOW)
    assert found is None or without_day(changed) in {without_day(form(found)) for form in FORMS}
