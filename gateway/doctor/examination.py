"""Many questions side by side, none of which can hold up the others."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain

from gateway.doctor.finding import Finding, failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is asked of one part, for how many seconds at most, and what helps when it says nothing in that time.

    What a generator has told by the time it is given up stays told.
    """

    name: str
    ask: Callable[[], AsyncGenerator[Finding, None]]
    remedy: str = "Run it again; if that stays so, say so to whoever makes Seawall."
    patience: float = 15.0


def at_once(*findings: Finding) -> Check:
    """For what is known without asking."""

    async def ask() -> AsyncGenerator[Finding, None]:
        for finding in findings:
            yield finding

    return Check(name=findings[0].check, ask=ask)


async def examined(checks: Sequence[Check]) -> Sequence[Finding]:
    """What all of them found, in the order of the checks."""
    return list(chain.from_iterable(await asyncio.gather(*map(_examined, checks))))


async def _examined(check: Check) -> Sequence[Finding]:
    """Not `asyncio.timeout`, which waits for what it cancelled: a driver may hang there as well, asking a server to cancel."""
    told: list[Finding] = []
    asking = asyncio.create_task(_ask(check, told))
    await asyncio.wait((asking,), timeout=check.patience)
    if asking.done():
        return told
    asking.cancel()
    return [*told, failed(check.name, f"it did not answer within {check.patience:g} s", check.remedy)]


async def _ask(check: Check, told: list[Finding]) -> None:
    """One by one, so that a slow question does not hide the answers before it.

    Of an error that nobody foresaw only the class is told, and no loop gets to log it: its words may hold an address.
    """
    try:
        async with aclosing(check.ask()) as findings:
            async for finding in findings:
                told.append(finding)  # noqa: PERF401  # a comprehension would tell all or nothing
    except Exception as error:  # noqa: BLE001  # whatever it is, the other checks go on
        told.append(failed(check.name, f"it could not be examined ({type(error).__name__})", check.remedy))
