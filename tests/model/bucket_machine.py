"""What can be done to buckets and to what lies in their trash, and the lists that span names."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from buckets.errors import BucketNotEmpty, NameTaken, NoSuchObject
from buckets.model.bucket import Versioning
from tests.model.client import Place
from tests.model.mirror import KEYS, KINDS, Mirror, expecting
from tests.model.shelf import Shelf

numbers = st.integers(0, len(KINDS) - 1)
places = st.tuples(numbers, st.sampled_from(KEYS))
people = st.integers(0, 1)
prefixes = st.sampled_from(["", "a", "a/", "\ufffd"])
windows = st.sampled_from([timedelta(), timedelta(days=1), timedelta(days=7)])


class BucketMachine(Mirror):
    """Rules that change, buckets that end, names that come back."""

    @rule(versioning=st.sampled_from([Versioning.ENABLED, Versioning.SUSPENDED]))
    def suspend_or_resume_versioning(self, versioning: Versioning) -> None:
        number = KINDS.index(Versioning.SUSPENDED)
        self.run(self.client.rule(number, versioning=versioning))
        self.shelves[number].versioning = versioning

    @rule(number=numbers, window=windows)
    def keep_trash_for(self, number: int, window: timedelta) -> None:
        self.run(self.client.rule(number, trash=window))
        self.shelves[number].window = window

    @rule(number=numbers, force=st.booleans())
    def delete_bucket(self, number: int, force: bool) -> None:
        """What it held is charged until it is purged."""
        shelf = self.shelves[number]
        with expecting(BucketNotEmpty if any(shelf.entries()) and not force else None):
            self.run(self.client.delete_bucket(number, force=force))
            self.gone.append(shelf)
            self.shelves[number] = Shelf(shelf.versioning, now=shelf.now)
            self.seqs = {place: seq for place, seq in self.seqs.items() if place[0] != number}

    @rule(place=places, person=people)
    def restore(self, place: Place, person: int) -> None:
        number, key = place
        shelf, last = self.shelves[number], self.shelves[number].last(key)
        with expecting(NameTaken if self.entry(place) else NoSuchObject if last is None else None):
            head = self.run(self.client.restore(place, person=person))
            shelf.restore(key, self.owner(person))
            assert last is not None
            assert (head.content.size, head.content.metadata) == (last.size, last.metadata)
            assert head.seq > self.seqs.get(place, 0)
            self.seqs[place] = head.seq

    @rule()
    def purge_what_nobody_can_bring_back(self) -> None:
        self.purge()

    @rule(number=numbers, prefix=prefixes, delimiter=st.sampled_from("/ab"), limit=st.integers(1, 3))
    def list_folders(self, number: int, prefix: str, delimiter: str, limit: int) -> None:
        told = self.run(self.client.folders(number, prefix=prefix, delimiter=delimiter, limit=limit))
        tails = [key[len(prefix) :].partition(delimiter) for key in self.keys(number) if key.startswith(prefix)]
        assert told == list(dict.fromkeys(prefix + stem + end for stem, end, _ in tails))

    @rule(number=numbers, falling=st.booleans(), limit=st.integers(1, 3))
    def list_by_size(self, number: int, falling: bool, limit: int) -> None:
        told = self.run(self.client.ranked(number, falling=falling, limit=limit))
        there = [(entry.size, key) for key, entry in self.shelves[number].current.items()]
        assert [(head.content.size, head.key) for head in told] == sorted(there, reverse=falling)
