"""A world and its model, held against each other after every step."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, nullcontext
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant

from buckets.errors import NoSuchObject, PreconditionFailed, StorageError
from buckets.model.bucket import Versioning
from buckets.model.commit import UNCONDITIONAL, Condition, Owner
from buckets.model.version import Head
from tests.model.client import Client, Place, etag
from tests.model.shelf import Entry, Shelf, used
from tests.model.world import World

T = TypeVar("T")
OpenWorld: TypeAlias = Callable[[], AbstractAsyncContextManager[World]]

KEYS = ["a", "a/b", "\ufffd", "\U0001f600"]
KINDS = list(Versioning)


class Mirror(RuleBasedStateMachine):
    """Has a world of its own, on a loop of its own."""

    def __init__(self, open_world: OpenWorld) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.world = self.run(self._stack.enter_async_context(open_world()))
        self.client = Client(self.world)
        self.shelves = [Shelf(kind) for kind in KINDS]
        self.gone: list[Shelf] = []
        self.seqs: dict[Place, int] = {}

    def teardown(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.get_loop().run_until_complete(work)  # a runner's own `run` minds signals, at a price

    def picked(self, pick: int) -> Place:
        """One of the names that point to something, as long as there are any."""
        there = [(number, key) for number in range(len(KINDS)) for key in self.keys(number)]
        return there[pick % len(there)] if there else (pick % len(KINDS), KEYS[0])

    def entry(self, place: Place) -> Entry | None:
        number, key = place
        return self.shelves[number].current.get(key)

    def body(self, place: Place) -> bytes:
        entry = self.entry(place)
        return (entry and entry.body) or b""

    def known(self, place: Place, guess: bytes, *, knows: bool) -> tuple[Condition, type[StorageError] | None]:
        """The condition of somebody who knows what is there, or believes to, and what they are told."""
        tag = etag(self.body(place) if knows else guess)
        if self.entry(place) is None:
            return Condition(etag=tag), NoSuchObject
        return Condition(etag=tag), None if tag == etag(self.body(place)) else PreconditionFailed

    def note_put(self, place: Place, head: Head, body: bytes, person: int, metadata: Mapping[str, str] | None = None) -> None:
        number, key = place
        _, owner = self.owner(person)
        assert (head.bucket, head.key, head.owner) == (self.world.buckets[number].id, key, owner)
        assert (head.content.size, head.content.digests.etag, head.content.metadata) == (len(body), etag(body), metadata or {})
        assert head.seq > self.seqs.get(place, 0)
        self.seqs[place] = head.seq
        self.shelves[number].put(key, body, self.owner(person), metadata)

    def note_edit(self, place: Place, head: Head, words: Mapping[str, str | None]) -> None:
        entry = self.entry(place)
        assert entry is not None
        entry.metadata = {name: word for name, word in {**entry.metadata, **words}.items() if word is not None}
        assert (head.content.metadata, head.content.size) == (entry.metadata, entry.size)
        assert head.seq > self.seqs[place]
        self.seqs[place] = head.seq

    def pass_time(self, step: timedelta) -> None:
        self.run(self.world.pass_time(step))
        for shelf in self.shelves:
            shelf.now += step

    def purge(self) -> None:
        self.run(self.world.purge())
        self.gone.clear()
        for shelf in self.shelves:
            shelf.purge()

    async def remove(self, place: Place, person: int, *, forever: bool = False, condition: Condition = UNCONDITIONAL) -> None:
        number, key = place
        shelf = self.shelves[number]
        deleted = await self.client.delete(place, person=person, forever=forever, condition=condition)
        gone = shelf.delete(key, self.owner(person), forever=forever)
        assert (deleted.removed is not None, deleted.marker is not None) == (bool(gone), shelf.versioning is not Versioning.OFF)

    def keys(self, number: int) -> list[str]:
        """Code points sort as their bytes do."""
        return sorted(self.shelves[number].current)

    @invariant()
    def names_read_their_bytes_and_nothing_else_does(self) -> None:
        for number, shelf in enumerate(self.shelves):
            for key in KEYS:
                with expecting(None if key in shelf.current else NoSuchObject):
                    assert self.run(self.client.read((number, key))) == self.body((number, key))

    @invariant()
    def lists_name_what_is_there(self) -> None:
        for number, shelf in enumerate(self.shelves):
            page = self.run(self.client.page(number))
            assert [head.key for head in page] == self.keys(number)
            assert [head.content.metadata for head in page] == [shelf.current[head.key].metadata for head in page]

    @invariant()
    def versions_are_those_that_were_kept(self) -> None:
        for number, shelf in enumerate(self.shelves):
            for key in KEYS:
                there = sorted((*shelf.trash.get(key, []), *shelf.content.get(key, [])), key=lambda entry: -entry.number)
                told = self.run(self.client.versions((number, key)))
                assert [kept.head and kept.head.content.size for kept in told] == [
                    None if entry.body is None else entry.size for entry in there
                ]
                assert [kept.trashed_at is not None for kept in told] == [entry in shelf.trash.get(key, []) for entry in there]
                assert [kept.is_current for kept in told] == [entry is shelf.current.get(key) for entry in there]

    @invariant()
    def everybody_is_charged_for_what_is_theirs(self) -> None:
        for person in range(len(self.world.people)):
            owner = self.owner(person)
            assert self.run(self.world.ports.evidence.used(owner)) == used([*self.shelves, *self.gone], owner)

    @invariant()
    def blobs_are_there_as_long_as_somebody_needs_them(self) -> None:
        self.run(self._compare_blobs())

    async def _compare_blobs(self) -> None:
        evidence, store = self.world.ports.evidence, self.world.ports.store
        locators, referenced = await evidence.locators(), await evidence.referenced()
        assert referenced <= locators.keys(), "a version refers to a blob that is not live"
        assert locators.keys() <= referenced | await evidence.candidates(), "nobody will ever look at an unreferenced blob"
        for blob in referenced:
            await store.stat(locators[blob])

    async def compare_store(self) -> None:
        """Nothing lies in the store, nor is known to the catalog, but what a version refers to."""
        evidence = self.world.ports.evidence
        locators, referenced = await evidence.locators(), await evidence.referenced()
        assert locators.keys() == referenced
        assert {stored.locator async for stored in self.world.ports.store.walk()} == set(locators.values())

    def owner(self, person: int) -> Owner:
        user = self.world.people[person]
        return user.account, user.id


def expecting(fault: type[StorageError] | None) -> AbstractContextManager[object]:
    return pytest.raises(fault) if fault else nullcontext()
