"""The reference model: a bucket as lists of what was stored, and what that comes to. No catalog, no counting along."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from buckets.model.bucket import Versioning
from buckets.model.commit import Owner
from tests.fixtures.evidence import Used


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What was stored under a name; a marker has no body."""

    owner: Owner
    body: bytes | None
    is_null: bool
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.body or b"")


@dataclass(slots=True)
class Shelf:
    """A bucket: what its names point to, everything that counts as content, and everything in the trash."""

    versioning: Versioning = Versioning.OFF
    has_trash: bool = True
    current: dict[str, Entry] = field(default_factory=dict)
    content: dict[str, list[Entry]] = field(default_factory=dict)
    trash: list[Entry] = field(default_factory=list)

    def put(self, key: str, body: bytes, owner: Owner, metadata: Mapping[str, str] | None = None) -> None:
        self._take_away(key)
        self.current[key] = Entry(owner, body, self._is_null, metadata or {})
        self.content.setdefault(key, []).append(self.current[key])

    def delete(self, key: str, owner: Owner, *, forever: bool = False) -> Sequence[Entry]:
        """What went."""
        gone = self._take_away(key)
        if self.has_trash and not forever:
            self.trash += [entry for entry in gone if entry.body is not None]
        self.current.pop(key, None)
        if self.versioning is not Versioning.OFF:
            self.content.setdefault(key, []).append(Entry(owner, None, self._is_null))
        return gone

    def entries(self) -> Iterator[Entry]:
        """All that counts as content."""
        return (entry for entries in self.content.values() for entry in entries)

    @property
    def _is_null(self) -> bool:
        return self.versioning is not Versioning.ENABLED

    def _take_away(self, key: str) -> list[Entry]:
        """A null version makes room for the next; others stay."""
        entries = self.content.get(key, []) if self._is_null else []
        gone = [entry for entry in entries if entry.is_null]
        self.content[key] = [entry for entry in self.content.get(key, []) if entry not in gone]
        return gone


def used(shelves: Iterable[Shelf], owner: Owner) -> Used:
    shelves = list(shelves)
    content = [entry for shelf in shelves for entry in shelf.entries() if entry.owner == owner]
    trash = [entry for shelf in shelves for entry in shelf.trash if entry.owner == owner]
    return Used(sum(entry.size for entry in content), len(content), sum(entry.size for entry in trash))
