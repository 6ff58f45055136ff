"""The whole report: on what it was measured, by which command, and the tables."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.bench import table
from tests.bench.bench import Found
from tests.bench.machine import machine, versions
from tests.bench.plan import Plan


def lines(found: Found, plan: Plan, arguments: Sequence[str], *, at: datetime, markdown: bool) -> Iterator[str]:
    shown = table.markdown if markdown else table.text
    given = shlex.join(argument for argument in arguments if argument != "--markdown")
    command = f'make bench ARGS="{given}"' if given else "make bench"
    yield from _list(
        markdown,
        f"{at:%Y-%m-%d}, {command}",
        machine(),
        versions(),
        f"{plan.workers} worker(s), {plan.connections} connections, {plan.rounds} rounds of {plan.seconds:g} s each side",
        f"bare: {found.beside}",
    )
    for lines in (found.requests, found.pages, found.commits, found.steps):
        if lines:
            yield ""
            yield from shown(lines)
    yield from found.profile


def _list(markdown: bool, *facts: str) -> Iterator[str]:
    return (f"- {fact}" if markdown else fact for fact in facts)
