"""The bytes that a seal is made of, written out: whoever verifies with other means needs nothing but these words."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest

from buckets.model.audit import FIRST_ID, Mark
from buckets.model.seal import Row, Seal

NOON = datetime(2026, 11, 21, 12, 3, tzinfo=UTC)
END = Mark(NOON + timedelta(minutes=1), FIRST_ID)
ROWS = [
    Row.of({"at": NOON, "id": UUID(int=1), "action": "put_object", "key": 'k\u00e9\n"\u2028', "bytes": 4, "reason": None}),
    Row.of({"at": NOON + timedelta(microseconds=5), "id": UUID(int=2), "action": "", "duration_ms": 0}),
]
TEXT = (
    '{"entries":2,"number":1,"previous":"' + "0" * 64 + '","until_at":"2026-11-21T12:04:00.000000Z",'
    '"until_id":"00000000-0000-0000-0000-000000000000","v":1}\n'
    '{"action":"put_object","at":"2026-11-21T12:03:00.000000Z","bytes":4,"id":"00000000-0000-0000-0000-000000000001",'
    '"key":"k\u00e9\\n\\"\u2028"}\n'
    '{"action":"","at":"2026-11-21T12:03:00.000005Z","duration_ms":0,"id":"00000000-0000-0000-0000-000000000002"}\n'
)


def test_a_seal_is_the_hash_of_this_text() -> None:
    seal = Seal.over(ROWS, None, until=END)
    assert seal.hash == sha256(TEXT.encode()).digest()
    assert (seal.number, seal.entries, seal.first, seal.until) == (1, 2, ROWS[0].mark, END)


def test_the_next_one_speaks_of_it() -> None:
    first = Seal.over(ROWS, None, until=END)
    second = Seal.over(ROWS, first, until=END)
    text = TEXT.replace('"number":1', '"number":2').replace("0" * 64, first.hash.hex())
    assert second.hash == sha256(text.encode()).digest()


def test_a_time_is_the_same_in_whatever_zone() -> None:
    elsewhere = Row.of({"at": NOON.astimezone(timezone(timedelta(hours=-8))), "id": UUID(int=1)})
    assert elsewhere.facts["at"] == "2026-11-21T12:03:00.000000Z"


@pytest.mark.parametrize("value", [1.5, b"x", [], {}])
def test_what_has_no_one_way_to_be_written_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        Row.of({"at": NOON, "id": UUID(int=1), "column": value})


def at(day: int) -> datetime:
    """In the last month of a year, or behind it."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("days", "limit", "horizon", "entries", "until"),
    [
        ([3, 4], 9, at(5), 2, Mark(at(5), FIRST_ID)),
        ([3, 4], 2, at(5), 2, Mark(at(4), UUID(int=1))),
        ([3], 9, at(40), 1, Mark(at(32), FIRST_ID)),
        ([31, 32, 33], 9, at(40), 1, Mark(at(32), FIRST_ID)),
        ([31, 32, 33], 3, at(40), 1, Mark(at(32), FIRST_ID)),
        ([30, 31, 32], 2, at(40), 2, Mark(at(31), UUID(int=1))),
    ],
)
def test_a_seal_ends_with_its_month_or_the_horizon_or_its_last_row(
    days: list[int], limit: int, horizon: datetime, entries: int, until: Mark
) -> None:
    rows = [Row(Mark(at(day), UUID(int=1)), {}) for day in days]
    seal = Seal.next(rows[:limit], None, horizon=horizon, limit=limit)
    assert (seal.entries, seal.first, seal.until) == (entries, rows[0].mark, until)
