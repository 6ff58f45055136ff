"""Where the time of a request goes: what the gateway measures of itself, for one caller and for many."""

from collections.abc import Sequence
from dataclasses import replace

from tests.bench.load import WrongAnswer
from tests.bench.race import FAILED, Race
from tests.bench.rows import Row
from tests.bench.scrape import Scrape, Step
from tests.bench.table import Line
from tests.bench.turns import Turn

_WORTH_A_LINE = 0.01
Cells = dict[str, str]


def steps(race: Race, row: Row) -> Sequence[Line]:
    """One caller waits for nobody; among many a step holds waiting for others as well."""
    try:
        return _measured(race, row)
    except WrongAnswer as wrong:
        return [Line(row.name, {f"µs, {_many(row)}": f"{FAILED}: {wrong}"})]


def _measured(race: Race, row: Row) -> Sequence[Line]:
    race.ready(row, race.ours[row.front].door)
    found: dict[str, Cells] = {}
    worth: set[str] = set()
    for connections in (1, row.connections):
        alike = replace(row, connections=connections)
        taken, turn = _looked_into(race, alike)
        spent = {f"CPU {name}": {f"µs, {_many(alike)}": f"{1e6 * cost:,.0f}"} for name, cost in turn.cpu.items()}
        for name, cells in ({step.name: _cells(step, _many(alike)) for step in taken} | spent).items():
            found.setdefault(name, {}).update(cells)
        longest = max(step.seconds for step in taken)
        worth.update(spent, (step.name for step in taken if step.seconds > _WORTH_A_LINE * longest))
    return [Line(f"{row.name}: {name}", cells) for name, cells in found.items() if name in worth]


def _looked_into(race: Race, row: Row) -> tuple[Sequence[Step], Turn]:
    entrant = race.ours[row.front]
    before = Scrape.at(entrant.operations)
    turn = race.turn(row, entrant.door, entrant.families)
    return Scrape.at(entrant.operations).since(before), turn


def _cells(step: Step, many: str) -> Cells:
    return {f"calls, {many}": f"{step.calls:.2f}", f"µs, {many}": f"{1e6 * step.seconds:,.0f}"}


def _many(row: Row) -> str:
    return f"{row.connections} at a time"
