"""The dates of HTTP, in the three forms that there have been.

https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats
"""

import re
from datetime import UTC, datetime

from buckets.scalars import whole_number

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_WHOLE_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = (
    re.compile(rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(rf"{_WHOLE_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),
    re.compile(rf"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
)


def http_date(text: str, *, now: datetime) -> datetime | None:
    """None for what is no date. A year of two digits is the latest one that is at most 50 years ahead of `now`.

    The day of the week must be one, but says nothing that the date does not say.
    """
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None:
        return None
    day, hour, minute, second = (_number(match[part]) for part in ("day", "hour", "minute", "second"))
    try:
        return datetime(_year(match["year"], now), 1 + _MONTHS.index(match["month"]), day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # there is no such time
        return None


def _year(digits: str, now: datetime) -> int:
    if len(digits) == 4:
        return _number(digits)
    latest = now.year + 50
    return latest - (latest - _number(digits)) % 100


def _number(digits: str) -> int:
    """Of digits by a pattern, padded."""
    return whole_number(digits.lstrip("0 ") or "0", name="The date", most=9999)
