"""Ours and the bare store by turns: what one round says of both is said of the same machine."""

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.bare import Bare
from tests.bench.doors import Door
from tests.bench.exchange import prove
from tests.bench.load import Driver, WrongAnswer
from tests.bench.plan import Plan
from tests.bench.processes import Family, machine_cpu
from tests.bench.rows import Front, Row
from tests.bench.table import Line
from tests.bench.turns import Turn, costs, speed

FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of our doors, and whose CPU its requests cost."""

    door: Door
    gateway: Family
    behind: Mapping[str, Family]
    operations: str

    @property
    def families(self) -> Mapping[str, Family]:
        return {"Seawall": self.gateway, **self.behind}


@dataclass(frozen=True, slots=True)
class Race:
    """Our doors beside the bare store."""

    plan: Plan
    driver: Driver
    ours: Mapping[Front, Entrant]
    bare: Bare
    _filled: set[tuple[str, str]] = field(default_factory=set)
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def line(self, row: Row) -> Line:
        try:
            return self._measured(row)
        except WrongAnswer as wrong:
            return Line(row.name, {"Seawall": f"{FAILED}: {wrong}"})

    def ready(self, row: Row, door: Door) -> None:
        """What must be there is there, and comes back as it was put; what opens at the first request is open."""
        names = [name for name in row.shelf if (door.store, name) not in self._filled]
        if names:
            self.driver.drive(row.filling(door, names))
            self._filled.update((door.store, name) for name in names)
            prove(door, names[-1], row.size)
        if not row.requests:
            self.driver.drive(row.load(door, next(self._turns), self.plan.warm_up))

    def turn(self, row: Row, door: Door, families: Mapping[str, Family]) -> Turn:
        """Everything is written and signed before the time begins."""
        load = row.load(door, next(self._turns), self.plan.seconds)
        others = _others()
        before = {name: family.cpu() for name, family in families.items()}
        outcome = self.driver.drive(load)
        spent = {name: (family.cpu() - before[name]) / outcome.answers for name, family in families.items()}
        return Turn(outcome, spent, (_others() - others) / outcome.seconds / (os.cpu_count() or 1))

    def _measured(self, row: Row) -> Line:
        entrant, beside = self.ours[row.front], row.asked_of(self.bare.door)
        ours: list[Turn] = []
        bare: list[Turn] = []
        self.ready(row, entrant.door)
        if beside:
            self.ready(row, self.bare.door)
        with _watched(entrant.gateway) as memory:
            for _ in range(self.plan.rounds):
                ours.append(self.turn(row, entrant.door, entrant.families))
                if beside:
                    bare.append(self.turn(row, self.bare.door, {"bare": self.bare.family}))
        return Line(row.name, {**speed(row, ours, bare), **costs([*ours, *bare]), **memory})


def _others() -> float:
    """Seconds of CPU that nobody here has used: we have started the drivers and the servers, all of them."""
    return machine_cpu() - Family(os.getpid()).cpu()


@contextmanager
def _watched(gateway: Family) -> Iterator[Mapping[str, str]]:
    """The memory of each of its processes, known at the end of the block."""
    cells: dict[str, str] = {}
    before = [each.now() for each in gateway.residents()]
    for each in gateway.residents():
        each.mark()
    yield cells
    ended = gateway.residents()
    sizes = before, [each.peak() for each in ended], [each.now() for each in ended]
    cells["RSS before, peak, after, MB"] = " / ".join("+".join(f"{size / 1e6:.0f}" for size in each) for each in sizes)
