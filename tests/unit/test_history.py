"""The judge of concurrent reads lets nothing wrong pass."""

import hashlib

import pytest

from tests.acceptance.history import History


@pytest.fixture
def history() -> History:
    """Written three times, then deleted; a fifth operation is on its way."""
    history = History("k")
    for delete in (False, False, False, True):
        history.begin(delete=delete)
        history.acknowledge()
    history.begin()
    return history


def saw(history: History, number: int, *, floor: int | None = None, body: bytes = b"", etag: str = "") -> None:
    body = body or history.body(number)
    history.saw(history.floor if floor is None else floor, body, etag or f'"{hashlib.md5(body).hexdigest()}"')


def test_what_is_on_its_way_may_be_seen_or_not(history: History) -> None:
    history.saw_nothing(history.floor)
    saw(history, 5)
    assert (history.seen, history.reads) == (5, 2)


def test_what_was_there_when_the_reader_began_may_be_seen(history: History) -> None:
    saw(history, 2, floor=2)


def test_what_was_overwritten_before_the_reader_began_is_too_old(history: History) -> None:
    with pytest.raises(AssertionError, match="with 4 to 5 possible"):
        saw(history, 3)


def test_what_nobody_has_begun_to_write_cannot_be_seen(history: History) -> None:
    with pytest.raises(AssertionError, match="possible"):
        saw(history, 6)


def test_nothing_can_be_seen_of_a_delete(history: History) -> None:
    with pytest.raises(AssertionError):
        saw(history, 4)


def test_what_one_reader_has_seen_the_next_cannot_miss(history: History) -> None:
    saw(history, 5)
    with pytest.raises(AssertionError, match="missing"):
        history.saw_nothing(history.floor)


def test_an_object_that_was_not_deleted_cannot_be_missing(history: History) -> None:
    history.acknowledge()
    with pytest.raises(AssertionError, match="missing"):
        history.saw_nothing(history.floor)


@pytest.mark.parametrize("body", [b"", b"k", b"k 5", b"k 5\nx", b"l 5\n", b"x" * 100])
def test_a_mixed_body_is_seen_through(history: History, body: bytes) -> None:
    assert body != history.body(5)
    with pytest.raises(AssertionError, match=r"mixed up|nobody wrote"):
        history.saw(history.floor, body, "")


def test_the_end_of_another_body_is_seen_through(history: History) -> None:
    history.acknowledge()
    last = history.begin()
    with pytest.raises(AssertionError, match="mixed up"):
        saw(history, last, body=history.body(last)[:-1] + b"?")


def test_an_etag_of_other_bytes_is_seen_through(history: History) -> None:
    with pytest.raises(AssertionError, match="another ETag"):
        saw(history, 5, etag='"00000000000000000000000000000000"')
