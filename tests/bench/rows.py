"""The rows of the table that are requests over a socket: what is asked, of which objects, and what must be reached."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tests.bench.doors import Door, unchanged
from tests.bench.figures import Goal
from tests.bench.load import Load
from tests.bench.plan import Plan

_AHEAD = 4000
"""New names for each second of puts: more than can be written."""

_TOLD_BY_THE_BYTE = 100_000


class Front(StrEnum):
    """Which of our doors is asked; `COLD` is S3 at a process that keeps no bytes."""

    S3 = "s3"
    JSON = "v1"
    COLD = "cold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of request, to so many objects, each of them `fresh` or there before the first round.

    `requests`: so many instead of so many seconds, for bodies that take a good part of one. `page`: the list of them is asked for.
    `steps`: it is worth knowing where its time goes.
    """

    name: str
    part: str
    method: str = "GET"
    status: int = 200
    size: int
    objects: int
    fresh: bool = False
    requests: int = 0
    connections: int
    front: Front = Front.S3
    goal: Goal | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    page: bool = False
    steps: bool = False

    @property
    def by_the_byte(self) -> bool:
        return self.size >= _TOLD_BY_THE_BYTE and self.method != "HEAD"

    @property
    def shelf(self) -> Sequence[str]:
        """The names that must be there."""
        return [] if self.fresh else _names(f"of-{self.size}", self.objects)

    def asked_of(self, door: Door) -> bool:
        """Whether that door knows such requests."""
        return (door.lists or not self.page) and (door.revalidates or self.status != 304)

    def filling(self, door: Door, names: Sequence[str]) -> Load:
        """Puts of what must be there."""
        put = Row(name="", part="", method="PUT", size=self.size, objects=0, connections=min(self.connections, len(names)))
        return put._load(door, names, seconds=None)

    def load(self, door: Door, turn: int, seconds: float) -> Load:
        """What is asked in one turn of the whole run; no other writes the same names."""
        keys = _names(f"new-{turn}", self.objects) if self.fresh else [""] if self.page else self.shelf
        if self.requests:
            return self._load(door, list(itertools.islice(itertools.cycle(keys), self.requests)), seconds=None)
        return self._load(door, keys, seconds=seconds)

    def _load(self, door: Door, keys: Sequence[str], *, seconds: float | None) -> Load:
        puts = self.method == "PUT"
        at = door.address
        return Load(
            host=at[0],
            port=at[1],
            heads=[door.head(self.method, key, size=self.size, headers=self.headers) for key in keys],
            sent=self.size if puts else 0,
            statuses=(200, 201) if puts else (self.status,),
            size=None if puts or self.page or self.status == 304 else self.size,
            silent=self.method == "HEAD" or self.status == 304,
            connections=self.connections,
            seconds=seconds,
        )


def rows(plan: Plan) -> Sequence[Row]:
    return [*_small(plan), *_large(plan), *_lists(plan)]


def _small(plan: Plan) -> Sequence[Row]:
    said, tag = _said(plan.small), unchanged(plan.small)
    get = Row(name=f"GET {said}, /v1", part="get-small", size=plan.small, objects=plan.hot, connections=plan.connections)
    hot = replace(get, name=f"GET {said}, hot", goal=_at_least(1.2), steps=True)
    ahead = int(_AHEAD * plan.seconds)
    return [
        hot,
        replace(hot, name=f"GET {said}, cold", objects=plan.cold, front=Front.COLD, goal=_at_least(0.5)),
        replace(get, front=Front.JSON),
        replace(get, name=f"HEAD {said}", method="HEAD"),
        replace(get, name=f"GET {said}, not modified", status=304, headers=tag),
        replace(hot, name=f"PUT {said}", part="put-small", method="PUT", objects=ahead, fresh=True, goal=_at_least(0.6)),
    ]


def _large(plan: Plan) -> Sequence[Row]:
    ahead = int(_AHEAD * plan.seconds / 10)
    get = Row(name=f"GET {_said(plan.middle)}", part="large", size=plan.middle, objects=20, connections=min(8, plan.connections))
    put = replace(get, name=f"PUT {_said(plan.middle)}", method="PUT", objects=ahead, fresh=True)
    large = replace(
        get, name=f"GET {_said(plan.large)}", size=plan.large, objects=2, connections=2, requests=8, goal=_at_least(0.9)
    )
    into = replace(large, name=f"PUT {_said(plan.large)}", method="PUT", fresh=True, requests=2)
    return [get, put, *(replace(row, goal=_at_least(0.9)) for row in (large, into))]


def _lists(plan: Plan) -> Sequence[Row]:
    """One caller at a time: what is asked is how long a page takes."""
    name = "list a page of 1000, over HTTP"
    return [Row(name=name, part="listing", size=plan.small, objects=plan.cold, connections=1, page=True)]


def _at_least(ratio: float) -> Goal:
    return Goal(text=f"≥ {ratio}", least=ratio)


def _names(prefix: str, count: int) -> Sequence[str]:
    return [f"{prefix}-{number:06}" for number in range(count)]


def _said(size: int) -> str:
    million, thousand = divmod(size, 1_000_000)
    return f"{million} MB" if million and not thousand else f"{size // 1000} KB"
