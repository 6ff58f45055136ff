"""The reference model: a bucket as lists of what was stored, and what that comes to. No catalog, no counting along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from buckets.model.bucket import Versioning
from buckets.model.commit import Owner
from tests.fixtures.evidence import Used


@dataclass(slots=True, eq=False)
class Entry:
    """What was stored under a name, in the order of `number`; a marker has no body."""

    owner: Owner
    body: bytes | None
    is_null: bool
    metadata: Mapping[str, str] = field(default_factory=dict)
    number: int = field(default_factory=count().__next__)
    trashed_at: timedelta = timedelta()

    @property
    def size(self) -> int:
        return len(self.body or b"")


@dataclass(slots=True)
class Shelf:
    """A bucket: what its names point to, everything that counts as content, and everything in the trash. `now` is its time."""

    versioning: Versioning = Versioning.OFF
    window: timedelta = timedelta(days=7)
    now: timedelta = timedelta()
    current: dict[str, Entry] = field(default_factory=dict)
    content: dict[str, list[Entry]] = field(default_factory=dict)
    trash: dict[str, list[Entry]] = field(default_factory=dict)

    def put(self, key: str, body: bytes, owner: Owner, metadata: Mapping[str, str] | None = None) -> None:
        self._take_away(key)
        self.current[key] = Entry(owner, body, self._is_null, metadata or {})
        self.content.setdefault(key, []).append(self.current[key])

    def delete(self, key: str, owner: Owner, *, forever: bool = False) -> Sequence[Entry]:
        """What went."""
        gone = self._take_away(key)
        if self.window and not forever:
            for entry in gone:
                self._throw_away(key, entry)
        self.current.pop(key, None)
        if self.versioning is not Versioning.OFF:
            self.content.setdefault(key, []).append(Entry(owner, None, self._is_null))
        return gone

    def last(self, key: str) -> Entry | None:
        """What can be brought back: the youngest there is, in the trash or behind a marker."""
        bodies = [entry for entry in (*self.trash.get(key, []), *self.content.get(key, [])) if entry.body is not None]
        return max(bodies, key=lambda entry: entry.number, default=None)

    def restore(self, key: str, owner: Owner) -> None:
        entry = self.last(key)
        assert entry is not None
        if entry in self.trash.get(key, []):
            self.trash[key].remove(entry)
        self.put(key, entry.body or b"", owner, entry.metadata)

    def purge(self) -> None:
        for key, entries in self.trash.items():
            self.trash[key] = [entry for entry in entries if entry.trashed_at + self.window > self.now]

    def trashed(self) -> Iterator[Entry]:
        return (entry for entries in self.trash.values() for entry in entries)

    def entries(self) -> Iterator[Entry]:
        """All that counts as content."""
        return (entry for entries in self.content.values() for entry in entries)

    @property
    def _is_null(self) -> bool:
        return self.versioning is not Versioning.ENABLED

    def _throw_away(self, key: str, entry: Entry) -> None:
        if entry.body is not None:
            entry.trashed_at = self.now
            self.trash.setdefault(key, []).append(entry)

    def _take_away(self, key: str) -> list[Entry]:
        """A null version makes room for the next; others stay."""
        entries = self.content.get(key, []) if self._is_null else []
        gone = [entry for entry in entries if entry.is_null]
        self.content[key] = [entry for entry in self.content.get(key, []) if entry not in gone]
        return gone


def used(shelves: Iterable[Shelf], owner: Owner) -> Used:
    shelves = list(shelves)
    content = [entry for shelf in shelves for entry in shelf.entries() if entry.owner == owner]
    trash = [entry for shelf in shelves for entry in shelf.trashed() if entry.owner == owner]
    return Used(sum(entry.size for entry in content), len(content), sum(entry.size for entry in trash))
