"""The use cases and a dictionary, side by side: whatever is done to both, both must tell the same."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from buckets.errors import (
    ClientGone,
    CopyOntoItself,
    DigestMismatch,
    IncompleteBody,
    NoSuchObject,
    PreconditionFailed,
    RangeNotSatisfiable,
    StorageError,
    TooLarge,
)
from buckets.model.block import BLOCK
from buckets.model.checksum import Algorithm, Claim
from buckets.model.commit import Condition
from buckets.model.version import Head
from buckets.ports import Claims
from buckets.ranges import ByteRange
from tests.factories import bodies
from tests.model.bucket_machine import BucketMachine
from tests.model.client import Place, etag
from tests.model.mirror import KEYS, KINDS, expecting
from tests.model.world import LIMIT


class Noise(bytes):
    """Says how long it is, and no more."""

    def __repr__(self) -> str:
        return f"noise({len(self)})"


ABSENT = Condition(absent=True)
LARGEST = 4 * BLOCK
"""Joined objects do not grow beyond this."""
HOUR = timedelta(hours=1)
AGES = timedelta(days=40)

numbers = st.integers(0, len(KINDS) - 1)
places = st.tuples(numbers, st.sampled_from(KEYS))
picks = st.integers(0, 40)
people = st.integers(0, 1)
large = st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7]).map(lambda size: Noise(bodies.noise(size)))
contents = st.binary(max_size=80) | large
metadata = st.dictionaries(st.sampled_from(["colour", "size"]), st.text("xyz", max_size=3), max_size=2)
edits = st.dictionaries(st.sampled_from(["colour", "size"]), st.none() | st.text("xyz", max_size=3), max_size=2)
bounds = st.none() | st.sampled_from(["a", "a/", "a/a", "b", "\uffff", "\U0001f600"])


class ObjectMachine(BucketMachine):
    """Everything that can be done to objects, in any order."""

    @initialize(first=contents, second=contents)
    def put_joined_objects(self, first: bytes, second: bytes) -> None:
        """In each bucket one over two blobs, the second of which is its own: what is rare else is there from the start."""
        for number in range(len(KINDS)):
            sources = [(number, key) for key in KEYS[:2]]
            for source, body in zip(sources, (first, second), strict=True):
                self.put(source, body, {}, number % 2, True)
            self._join(sources, (number, KEYS[2]), 0)
            self.run(self.remove(sources[1], 1, forever=True))
        self.sweep()

    @rule(place=places, body=contents, words=metadata, person=people, told=st.booleans())
    def put(self, place: Place, body: bytes, words: Mapping[str, str], person: int, told: bool) -> None:
        claims = Claims(size=len(body), digests=[_md5(body)]) if told else Claims()
        head = self.run(self.client.put(place, bodies.body(body), person=person, claims=claims, metadata=words))
        self.note_put(place, head, body, person, words)

    @rule(place=places, body=contents, person=people)
    def put_unless_there(self, place: Place, body: bytes, person: int) -> None:
        with expecting(PreconditionFailed if self.entry(place) else None):
            head = self.run(self.client.put(place, bodies.body(body), person=person, condition=ABSENT))
            self.note_put(place, head, body, person)

    @rule(pick=picks, body=contents, guess=contents, knows=st.booleans(), person=people)
    def put_over_what_is_known(self, pick: int, body: bytes, guess: bytes, knows: bool, person: int) -> None:
        place = self.picked(pick)
        condition, fault = self.known(place, guess, knows=knows)
        with expecting(fault):
            head = self.run(self.client.put(place, bodies.body(body), person=person, condition=condition))
            self.note_put(place, head, body, person)

    @rule(place=places, body=contents, writers=st.integers(2, 5))
    def race_of_writers(self, place: Place, body: bytes, writers: int) -> None:
        """They all want to be the first, and one is, where nothing is there yet."""
        entered = [body + b"%d" % writer for writer in range(writers)]
        outcomes = self.run(self.client.race(place, entered, condition=ABSENT))
        heads = [(writer, outcome) for writer, outcome in enumerate(outcomes) if isinstance(outcome, Head)]
        assert [type(outcome) for outcome in outcomes].count(PreconditionFailed) == writers - len(heads)
        assert len(heads) == (0 if self.entry(place) else 1)
        for winner, head in heads:
            self.note_put(place, head, entered[winner], winner % 2)

    @rule(pick=picks, body=contents, fault=st.sampled_from([DigestMismatch, ClientGone, IncompleteBody, TooLarge]))
    def put_that_fails(self, pick: int, body: bytes, fault: type[StorageError]) -> None:
        """Whatever is there stays there."""
        claims, sent = _failing(fault, body)
        with pytest.raises(fault):
            self.run(self.client.put(self.picked(pick), sent, claims=claims))

    @rule(pick=picks, person=people, forever=st.booleans())
    def delete(self, pick: int, person: int, forever: bool) -> None:
        self.run(self.remove(self.picked(pick), person, forever=forever))

    @rule(place=places, guess=contents, knows=st.booleans(), person=people)
    def delete_what_is_known(self, place: Place, guess: bytes, knows: bool, person: int) -> None:
        condition, fault = self.known(place, guess, knows=knows)
        with expecting(fault):
            self.run(self.remove(place, person, condition=condition))

    @rule(pick=picks, into=places, person=people)
    def copy(self, pick: int, into: Place, person: int) -> None:
        source = self.picked(pick)
        entry = self.entry(source)
        fault = CopyOntoItself if source == into else NoSuchObject if entry is None else None
        with expecting(fault):
            head = self.run(self.client.copy(source, into, person=person))
            self.note_put(into, head, self.body(source), person, entry.metadata if entry else {})

    @rule(picked=st.lists(picks, min_size=2, max_size=4), into=places, person=people, consuming=st.booleans())
    def join(self, picked: list[int], into: Place, person: int, consuming: bool) -> None:
        """A new version over all of them; the sources may go, as the parts of an upload do."""
        sources = [place for pick in picked if self.entry(place := self.picked(pick))]
        if sources and sum(len(self.body(source)) for source in sources) <= LARGEST:
            self._join(sources, into, person)
            for source in sorted(set(sources) - {into}) if consuming else ():
                self.run(self.remove(source, person, forever=True))

    @rule(pick=picks, words=edits, person=people)
    def edit(self, pick: int, words: Mapping[str, str | None], person: int) -> None:
        place = self.picked(pick)
        entry = self.entry(place)
        with expecting(None if entry else NoSuchObject):
            self.note_edit(place, self.run(self.client.edit(place, words, person=person)), words)

    @rule(pick=picks, first=st.none() | st.integers(0, 90), length=st.integers(1, BLOCK + 1))
    def read_a_part(self, pick: int, first: int | None, length: int) -> None:
        place = self.picked(pick)
        body = self.body(place)
        last, part = (length, body[-length:]) if first is None else (first + length - 1, body[first : first + length])
        fault = None if part else RangeNotSatisfiable
        with expecting(fault if self.entry(place) else NoSuchObject):
            assert self.run(self.client.read(place, ByteRange(first, last))) == part

    @rule(pick=picks, person=people)
    def read_what_is_deleted_meanwhile(self, pick: int, person: int) -> None:
        async def clear_away() -> None:
            await self.remove(place, person, forever=True)
            for _ in range(2):
                await self.world.sweep()
                await self.world.pass_time(HOUR)

        place = self.picked(pick)
        body = self.body(place)
        with expecting(None if self.entry(place) else NoSuchObject):
            assert self.run(self.client.read_during(place, clear_away)) == body

    @rule(number=numbers, first=bounds, before=bounds, limit=st.integers(1, 4))
    def list_a_part(self, number: int, first: str | None, before: str | None, limit: int) -> None:
        page = self.run(self.client.page(number, first=first or "", before=before, limit=limit))
        between = [key for key in self.keys(number) if (first or "") <= key and (before is None or key < before)]
        assert [head.key for head in page] == between[:limit]

    @rule(step=st.sampled_from([HOUR / 10, 13 * HOUR, 49 * HOUR]))
    def let_time_pass(self, step: timedelta) -> None:
        self.pass_time(step)

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def sweep(self) -> None:
        self.run(self.world.sweep())

    @rule()
    def sweep_through_the_ages(self) -> None:
        """When nothing has happened for long, no byte is left that nobody refers to, and the trash is empty."""
        for _ in range(3):
            self.pass_time(AGES)
            self.purge()
            self.run(self.world.sweep())
        self.run(self.compare_store())

    def _join(self, sources: list[Place], into: Place, person: int) -> None:
        body = b"".join(self.body(source) for source in sources)
        head = self.run(self.client.join(sources, into, body, person=person))
        self.note_put(into, head, body, person)


def _failing(fault: type[StorageError], body: bytes) -> tuple[Claims, AsyncIterator[bytes]]:
    """What is said of a body, and what comes."""
    if fault is DigestMismatch:
        return Claims(size=len(body), digests=[_md5(body + b"!")]), bodies.body(body)
    if fault is ClientGone:
        return Claims(), bodies.broken(body, fault=ClientGone())
    if fault is IncompleteBody:
        return Claims(size=len(body) + 1), bodies.body(body, *[b"!!"] * (len(body) % 2))  # too short, or too long
    return Claims(), bodies.body(body, bytes(LIMIT), b"!")


def _md5(body: bytes) -> Claim:
    return Claim(Algorithm.MD5, bytes.fromhex(etag(body)), "Content-MD5")
