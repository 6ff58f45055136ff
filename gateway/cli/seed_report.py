"""What `seawall seed` says: how far it has come, and what was done."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.periodic import background
from gateway.seed.plan import Plan
from gateway.seed.tally import Count, Tally

_COLUMNS = ("bucket", "made", "there", "not ours", "removed", "size", "seconds")
_REFRESH = 0.2


@dataclass(slots=True)
class Report:
    """Of one run, as far as it has come."""

    plan: Plan
    tally: Tally
    credentials: Path
    users_made: int = 0
    buckets_made: list[str] = field(default_factory=list)
    complete: bool = False

    def document(self) -> str:
        told = {
            "set": self.plan.set,
            "seed": self.plan.seed,
            "complete": self.complete,
            "users": {"made": self.users_made, "credentials": str(self.credentials)},
            "buckets_made": self.buckets_made,
            "buckets": [{"bucket": bucket, **_facts(count)} for bucket, count in self.tally.by_bucket.items()],
            "all": _facts(self.tally.all),
        }
        return json.dumps(told, indent=2)

    def lines(self) -> list[str]:
        rows = [_row(str(bucket), count) for bucket, count in self.tally.by_bucket.items()]
        widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
        table = [_aligned(row, widths) for row in (_COLUMNS, *rows)] if rows else []
        return [*table, self._verdict(), f"the keys of the {self.plan.numbers.users} users are in {self.credentials}"]

    def _verdict(self) -> str:
        total = self.tally.all
        if not self.complete:
            return f"not complete: {_counted(total)}; run it again to go on"
        if total.made + total.removed + self.users_made + len(self.buckets_made) == 0:
            return f"nothing to do: all {total.objects} objects are there"
        return _counted(total)


def _counted(total: Count) -> str:
    return f"{total.made} objects made in {total.seconds:.1f} s, {total.rate:.0f} a second"


def _facts(count: Count) -> dict[str, Any]:
    names = ("made", "present", "left", "removed", "trashed", "versions", "bytes")
    facts = {name: getattr(count, name) for name in names}
    return {**facts, "seconds": round(count.seconds, 3), "objects_per_second": round(count.rate, 1)}


def _row(bucket: str, count: Count) -> tuple[str, ...]:
    numbers = (count.made, count.present, count.left, count.removed)
    return bucket, *map(str, numbers), f"{count.bytes / 1e6:.1f} MB", f"{count.seconds:.1f}"


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


@asynccontextmanager
async def watched(report: Report, *, quiet: bool) -> AsyncIterator[None]:
    """A bar on standard error for somebody who watches."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    async with background(_show(report)):
        yield


async def _show(report: Report) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("objects", total=report.plan.numbers.objects, rate="")
        while True:
            total = report.tally.all
            progress.update(task, completed=total.objects, rate=f"{total.rate:.0f}/s")
            await asyncio.sleep(_REFRESH)
