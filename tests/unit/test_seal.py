"""The bytes that a seal is made of, written out: whoever verifies with other means needs nothing but these words."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest

from buckets.model.audit import Mark
from buckets.model.seal import Row, Seal, of_one_month

NOON = datetime(2026, 11, 21, 12, 3, tzinfo=UTC)
ROWS = [
    Row.of({"at": NOON, "id": UUID(int=1), "action": "put_object", "key": 'k\u00e9\n"\u2028', "bytes": 4, "reason": None}),
    Row.of({"at": NOON + timedelta(microseconds=5), "id": UUID(int=2), "action": "", "duration_ms": 0}),
]
TEXT = (
    '{"entries":2,"number":1,"previous":"' + "0" * 64 + '","v":1}\n'
    '{"action":"put_object","at":"2026-11-21T12:03:00.000000Z","bytes":4,"id":"00000000-0000-0000-0000-000000000001",'
    '"key":"k\u00e9\\n\\"\u2028"}\n'
    '{"action":"","at":"2026-11-21T12:03:00.000005Z","duration_ms":0,"id":"00000000-0000-0000-0000-000000000002"}\n'
)


def test_a_seal_is_the_hash_of_this_text() -> None:
    seal = Seal.over(ROWS, None)
    assert seal.hash == sha256(TEXT.encode()).digest()
    assert (seal.number, seal.entries, seal.first, seal.last) == (1, 2, ROWS[0].mark, ROWS[1].mark)


def test_the_next_one_speaks_of_it() -> None:
    first = Seal.over(ROWS, None)
    second = Seal.over(ROWS, first)
    head = f'{{"entries":2,"number":2,"previous":"{first.hash.hex()}","v":1}}\n'
    assert second.hash == sha256((head + TEXT.partition("\n")[2]).encode()).digest()


def test_a_time_is_the_same_in_whatever_zone() -> None:
    elsewhere = Row.of({"at": NOON.astimezone(timezone(timedelta(hours=-8))), "id": UUID(int=1)})
    assert elsewhere.facts["at"] == "2026-11-21T12:03:00.000000Z"


@pytest.mark.parametrize("value", [1.5, b"x", [], {}])
def test_what_has_no_one_way_to_be_written_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        Row.of({"at": NOON, "id": UUID(int=1), "column": value})


def test_a_seal_covers_rows_of_one_month() -> None:
    times = [datetime(2026, 11, 30, 23, 59, 59, 999999, UTC), datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)]
    rows = [Row(Mark(at, UUID(int=1)), {}) for at in times]
    assert [len(of_one_month(rows[start:])) for start in range(4)] == [1, 2, 1, 0]
