"""Which door is tried first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import BrokenSetting
from seaweedfs.endpoints import Endpoint, Endpoints, parse_urls
from seaweedfs.gate import Gate
from tests.unit.auth.gate import SteadyClock


class MovedClock(SteadyClock):
    """Goes on when it is told to."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def endpoints(*names: str) -> tuple[Endpoints, MovedClock]:
    clock = MovedClock()
    doors = [Endpoint(f"http://{name}:8333", Gate(room=1, queue=1, patience=1)) for name in names]
    return Endpoints(doors, clock), clock


def order(doors: Endpoints) -> str:
    return "".join(endpoint.host[0] for endpoint in doors.in_turn())


def test_the_healthy_take_turns() -> None:
    doors, _ = endpoints("a", "b", "c")
    assert [order(doors) for _ in range(3)] == ["bca", "cab", "abc"]


def test_one_that_failed_is_tried_last_for_a_while() -> None:
    doors, clock = endpoints("a", "b", "c")
    doors.failed(doors.all[0])
    assert {order(doors)[-1] for _ in range(6)} == {"a"}
    clock.seconds = 60
    assert {order(doors)[-1] for _ in range(6)} == {"a", "b", "c"}


def test_one_that_answers_again_is_healthy_at_once() -> None:
    doors, _ = endpoints("a", "b")
    doors.failed(doors.all[0])
    doors.answered(doors.all[0])
    assert {order(doors) for _ in range(2)} == {"ab", "ba"}


def test_where_all_have_failed_the_first_back_comes_first() -> None:
    doors, clock = endpoints("a", "b", "c")
    for second, door in enumerate(doors.all):
        clock.seconds = second
        doors.failed(door)
    assert {order(doors) for _ in range(6)} == {"abc"}


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True), st.data())
def test_every_door_is_tried_once_whatever_failed(names: list[str], data: st.DataObject) -> None:
    doors, _ = endpoints(*names)
    for door in data.draw(st.lists(st.sampled_from(doors.all), max_size=5)):
        doors.failed(door)
    assert sorted(order(doors)) == sorted(names)


def test_addresses_stand_apart_by_commas() -> None:
    assert parse_urls(" http://a:1/, https://b ,,http://[::1]:8333") == ["http://a:1", "https://b", "http://[::1]:8333"]


@pytest.mark.parametrize(
    "text", ["", ",", "a:1", "ftp://a", "http://", "http://a/b", "http://u@a", "http://a?x", "http://a:b", "http://[a"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BrokenSetting):
        parse_urls(text)
