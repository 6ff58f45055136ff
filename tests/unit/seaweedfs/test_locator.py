"""Locators tell where a blob lies, and nothing else is one."""

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Span
from buckets.names import BlobId
from seaweedfs.locator import FAN_OUT, MOST_PIECES, MOST_REPEATS, Locator, base_of, is_name_of, piece_name, power_of
from tests.factories.disk import BLOB

BASE = f"ab/{BLOB}"

blobs = st.uuids().map(BlobId)
numbers = st.integers(2, MOST_PIECES)


@st.composite
def locators(draw: st.DrawFn) -> Locator:
    base, pieces = base_of(draw(blobs)), draw(numbers)
    if draw(st.booleans()):
        return Locator(base=base)
    repeated = draw(st.lists(st.integers(0, pieces - 1), max_size=MOST_REPEATS).map(sorted))
    return Locator(base=base, pieces=pieces, power=draw(st.integers(16, 35)), repeated=tuple(repeated))


@given(locators())
def test_a_locator_says_all_there_is_to_know(locator: Locator) -> None:
    assert Locator.parse(str(locator)) == locator


@given(locators())
def test_a_locator_fits_its_column(locator: Locator) -> None:
    assert len(str(locator).encode()) <= 64


@given(blobs)
def test_blobs_are_fanned_out_by_the_end_of_their_names(blob: UUID) -> None:
    assert base_of(BlobId(blob)).split("/") == [FAN_OUT[blob.int & 0xFF], str(blob)]


@given(locators(), st.text("0123456789abcdefgz.-/", max_size=5), st.integers(0, 70))
def test_one_that_is_changed_is_another_or_none(locator: Locator, scribble: str, place: int) -> None:
    text = str(locator)
    other = text[:place] + scribble + text[place + len(scribble) :]
    assume(other != text)
    assert Locator.find(other) is None or str(Locator.parse(other)) == other


NONE = [
    "",
    BASE.upper(),
    f"{BASE}\n",
    f"{BASE}.",
    f"{BASE}.0",
    f"{BASE}.2n-",
    f"{BASE}.2n-2",
    f"{BASE}.02n",
    f"{BASE}.2n-01",
    f"{BASE}.2n-1-0",
    f"{BASE}.0n",
    f"{BASE}.1n",
    f"{BASE}.2n-0-0-0-0",
    f"{BASE}.100000n",
    f"{BASE}.2N",
    f"00/{BLOB}",
    f"x{BASE}",
    f"{BASE}/{BASE}",
    "ab/keep",
]


@pytest.mark.parametrize("text", NONE)
def test_anything_else_is_none(text: str) -> None:
    assert Locator.find(text) is None
    with pytest.raises(BlobMissing):
        Locator.parse(text)


@given(locators(), st.data())
def test_the_parts_of_a_span_are_the_span(locator: Locator, data: st.DataObject) -> None:
    size = 1 << locator.power if locator.power else 1 << 30
    whole = locator.size(data.draw(st.integers(1, size)))
    offset = data.draw(st.integers(max(0, whole - 5 * size), whole - 1))
    length = data.draw(st.integers(1, whole - offset))
    parts = list(locator.parts(Span(offset, length)))
    first = offset // size if locator.power else 0
    assert [name for name, _ in parts] == [
        locator.piece(first + number) if locator.power else locator.base for number in range(len(parts))
    ]
    assert parts[0][1].offset == offset - first * size
    assert all(part.offset == 0 for _, part in parts[1:])
    assert all(part.end == size for _, part in parts[:-1])
    assert sum(part.length for _, part in parts) == length


def test_a_span_behind_the_last_piece_is_corrupt() -> None:
    with pytest.raises(BlobCorrupt):
        list(Locator.parse(f"{BASE}.2n").parts(Span(2 << 23, 1)))


def test_a_piece_has_the_name_that_it_was_given_last() -> None:
    locator = Locator.parse(f"{BASE}.4n-1-1-3")
    assert [locator.piece(number) for number in range(4)] == [f"{BASE}.0", f"{BASE}.1.2", f"{BASE}.2", str(locator)]


def test_every_name_that_was_written_is_removed_what_makes_it_a_blob_first() -> None:
    locator = Locator.parse(f"{BASE}.3n-1-2-2")
    assert list(locator.crowns()) == [f"{BASE}.3n-1", f"{BASE}.3n-1-2", f"{BASE}.3n-1-2-2"]
    assert list(locator.trunk()) == [f"{BASE}.0", f"{BASE}.1", f"{BASE}.1.1"]
    assert (list(Locator(base=BASE).crowns()), list(Locator(base=BASE).trunk())) == ([BASE], [])


@given(locators().filter(lambda locator: locator.pieces < 1000))
def test_no_two_objects_of_a_blob_have_one_name_and_all_are_known_by_it(locator: Locator) -> None:
    names = [*locator.crowns(), *locator.trunk()]
    assert len(names) == len(set(names)) == locator.pieces + len(locator.repeated)
    assert all(is_name_of(locator.base, name) for name in names)
    assert {Locator.find(name) is not None for name in locator.trunk()} <= {False}


def test_the_name_of_another_is_not_that_of_this() -> None:
    others = [base_of(BlobId(UUID(int=BLOB.int + 256))), f"{BASE}0", f"{BASE}.0.4", f"{BASE}.0.0", f"{BASE}/0", f"{BASE}.x"]
    assert not [name for name in others if is_name_of(BASE, name)]


def test_a_size_is_that_of_all_pieces() -> None:
    assert Locator.parse(f"{BASE}.4n").size(5) == 3 * (8 << 20) + 5
    assert Locator.parse(BASE).size(5) == 5


@pytest.mark.parametrize("size", [0, 1, 1 << 15, (1 << 20) + 1, 3 << 20, 1 << 36, -1 << 20])
def test_a_size_that_is_no_power_of_two_cannot_be_told(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        power_of(size)


def test_a_piece_that_is_repeated_has_another_name() -> None:
    assert [piece_name(BASE, 31, repeat) for repeat in range(3)] == [f"{BASE}.1f", f"{BASE}.1f.1", f"{BASE}.1f.2"]
