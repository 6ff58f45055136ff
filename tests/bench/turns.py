"""What the table says of the turns of a row."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench import figures
from tests.bench.load import Outcome
from tests.bench.rows import Row


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one turn, the CPU seconds of one request by who spent them, and the part of the machine that others had."""

    outcome: Outcome
    cpu: Mapping[str, float]
    others: float = 0.0


def speed(row: Row, ours: Sequence[Turn], bare: Sequence[Turn]) -> Mapping[str, str]:
    rates, plain = ([turn.outcome.rate for turn in turns] for turns in (ours, bare))
    latencies = [each for turn in ours for each in turn.outcome.latencies]
    cells = {"Seawall": _rate(row, rates), "bare": "", "ratio": "", "goal": "", "met": ""}
    if plain:
        ratio = figures.ratio(rates, plain)
        cells |= {"bare": _rate(row, plain), "ratio": f"{ratio:.2f}"}
        if row.goal:
            cells |= {"goal": row.goal.text, "met": row.goal.verdict(ratio)}
    spread = {f"p{part}, ms": f"{1000 * figures.percentile(latencies, part / 100):,.1f}" for part in (50, 99)}
    return cells | spread


def _rate(row: Row, rates: Sequence[float]) -> str:
    rate = statistics.median(rates)
    return f"{rate * row.size / 1e6:,.0f} MB/s" if row.by_the_byte else f"{rate:,.0f} /s"


def costs(turns: Sequence[Turn]) -> Mapping[str, str]:
    """Milliseconds of CPU for one request, by who spent them; `bare` is the store in its own turns."""
    names = dict.fromkeys(name for turn in turns for name in turn.cpu)
    costs = {name: statistics.median(turn.cpu[name] for turn in turns if name in turn.cpu) for name in names}
    driver, others = max(turn.outcome.busy for turn in turns), statistics.median(turn.others for turn in turns)
    busy = {"driver busy": f"{driver:.0%}", "others busy": f"{max(others, 0):.0%}"}
    return {**{f"CPU {name}, ms": f"{1000 * cost:.3g}" for name, cost in costs.items()}, **busy}
