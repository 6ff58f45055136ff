"""Seals: a chain of hashes over what is on record, and the bytes that they are made of.

What is hashed, with SHA-256, is text in UTF-8: a line of JSON each, and a line feed behind it. The JSON has no blanks, its names
are in the order of their code points, and only quotes, backslashes and control characters are escaped. The first line says which
seal it is: `entries`, how many rows it covers, `number`, `previous`, the hash of the seal before it in hexadecimal (zeros before
the first), `until_at` and `until_id`, its end, and `v`, which is 1. Then come the rows in the order of `at` and `id`: all their
columns by name, those that are null left out, so that a column which is added later changes nothing. Ids and times are texts,
times in UTC to the microsecond: `2026-11-21T12:03:00.000000Z`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Self, TypeAlias
from uuid import UUID

from buckets.model.audit import FIRST_ID, Entry, Mark

Fact: TypeAlias = str | int
_NOTHING = bytes(32)
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the audit as it is sealed: nothing of it is interpreted, for it may have been tampered with."""

    mark: Mark
    facts: Mapping[str, Fact]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        facts = {name: _written(value) for name, value in columns.items() if value is not None}
        return cls(Mark(columns["at"], columns["id"]), facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Covers what stands behind the end of the seal before it, up to its own end, and that seal's hash.

    `first` is the first row that it covers. Its end may lie behind the last: nothing came until then.
    """

    number: int
    first: Mark
    until: Mark
    entries: int
    hash: bytes

    @classmethod
    def next(cls, rows: Sequence[Row], previous: "Seal | None", *, horizon: datetime, limit: int) -> Self:
        """Over the oldest rows that have none, which are all there are before a horizon, unless they are as many as a limit."""
        covered = _of_one_month(rows)
        end = Mark(min(horizon, _next_month(covered[0])), FIRST_ID)
        return cls.over(covered, previous, until=covered[-1].mark if len(covered) == limit else end)

    @classmethod
    def over(cls, rows: Sequence[Row], previous: "Seal | None", *, until: Mark) -> Self:
        number, before = (previous.number + 1, previous.hash) if previous else (1, _NOTHING)
        imprint = Imprint(number=number, previous=before, entries=len(rows), until=until).over(rows)
        return cls(number=number, first=rows[0].mark, until=until, entries=len(rows), hash=imprint.digest)


@dataclass(slots=True, kw_only=True)
class Imprint:
    """The hash of a seal in the making, over one row after the other, and what it has seen of them."""

    number: int
    previous: bytes
    entries: int
    until: Mark
    seen: int = 0
    first: Mark | None = None
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)

    def __post_init__(self) -> None:
        self._hash.update(_line(self._head()))

    @classmethod
    def like(cls, seal: Seal, previous: Seal | None) -> Self:
        """For what is there now of the rows that a seal covers."""
        before = previous.hash if previous else _NOTHING
        return cls(number=seal.number, previous=before, entries=seal.entries, until=seal.until)

    def over(self, rows: Iterable[Row]) -> Self:
        for row in rows:
            self._hash.update(_line(row.facts))
            self.first, self.seen = self.first or row.mark, self.seen + 1
        return self

    def _head(self) -> Mapping[str, Fact]:
        end = {"until_at": _written(self.until.at), "until_id": _written(self.until.id)}
        return {"v": _VERSION, "number": self.number, "previous": self.previous.hex(), "entries": self.entries, **end}

    @property
    def digest(self) -> bytes:
        return self._hash.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A stretch of time whose rows retention has removed, when it was over for long."""

    name: str
    begin: datetime
    end: datetime
    at: datetime

    def covers(self, seal: Seal) -> bool:
        return self.begin <= seal.first.at and seal.until.at <= self.end


def _of_one_month(rows: Sequence[Row]) -> Sequence[Row]:
    """Those of the first one's month: a month goes as a whole, so no seal may cover rows of two."""
    return list(takewhile(lambda row: _month(row) == _month(rows[0]), rows))


def _next_month(row: Row) -> datetime:
    """When the month behind the row's begins."""
    year, month = _month(row)
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _month(row: Row) -> tuple[int, int]:
    at = row.mark.at.astimezone(UTC)
    return at.year, at.month


def columns(entry: Entry) -> Mapping[str, Any]:
    """A line of the audit as the row that it is."""
    deed, doer = entry.deed, entry.doer
    return {
        "at": entry.at,
        "id": deed.id,
        "account": deed.account,
        "actor": doer.actor,
        "on_behalf_of": doer.on_behalf_of,
        "credential": doer.credential,
        "action": deed.action,
        "bucket": deed.bucket,
        "key": deed.key,
        "version": deed.version,
        "subject": deed.subject,
        "result": deed.result,
        "reason": deed.reason,
        "address": doer.address,
        "agent": doer.agent,
        "request_id": doer.request_id,
        "bytes": deed.size,
        "duration_ms": entry.duration_ms,
    }


def _line(facts: Mapping[str, Fact]) -> bytes:
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _written(value: object) -> Fact:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str | int):
        return value
    raise TypeError(f"a column that is {type(value).__name__} has no canonical form")
