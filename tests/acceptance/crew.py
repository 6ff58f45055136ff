"""The workers of one `seawall serve`, seen from outside: their processes, their page, and what each of them has written down."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TypeAlias

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.installed import TOKEN, Installation, Served, call, serving
from tests.acceptance.stack import PATIENCE

Figures: TypeAlias = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
NEVER_LESS = ("_total", "_bucket", "_count", "_sum")


@dataclass(frozen=True)
class Crew:
    """A parent and its workers."""

    served: Served
    directory: Path
    key: str

    @property
    def parent(self) -> "subprocess.Popen[str]":
        return self.served.process

    @property
    def pids(self) -> list[int]:
        """Those of the workers that there are at the moment."""
        return [int(each) for each in Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text("ascii").split()]

    def kill(self, pid: int) -> None:
        """As the machine's memory killer would; another one serves in its place afterwards."""
        count, starts = len(self.pids), self.figure("seawall_starts_total")
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.figure("seawall_starts_total") > starts and self.figure("seawall_processes") == count)
        assert pid not in self.pids
        assert len(self.pids) == count

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
        return call(self.served.endpoint + path, method=method, body=body, key=self.key)

    def figures(self) -> Figures:
        """The page, over a connection of its own, from whichever worker answers."""
        status, page = call(f"{self.served.ops}/metrics", key=TOKEN)
        assert status == 200
        families = text_string_to_metric_families(page.decode())
        return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}

    def figure(self, name: str, **labels: str) -> float:
        """The sum over the labels that are not named."""
        return sum(value for series, value in self.figures().items() if series[0] == name and series[1] >= labels.items())

    def answered(self) -> list[float]:
        """How many requests each place has answered, as its file says."""
        return [
            sum(value for key, value in written(file) if "seawall_requests_total" in key)
            for file in sorted(self.directory.glob("seawall-figures-*/counter_*.db"))
        ]


def written(file: Path) -> Iterator[tuple[str, float]]:
    for key, value, *_ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
        yield key, value


@contextmanager
def crew(installation: Installation, directory: Path, workers: int, *arguments: str) -> Iterator[Crew]:
    with serving(installation, directory, "--workers", str(workers), *arguments) as served:
        yield Crew(served, directory, installation.api_key)


def until(so: Callable[[], bool]) -> None:
    """Look again and again. What answers in between may be a connection that broke with a worker."""
    deadline = time.monotonic() + PATIENCE
    while not _so(so):
        assert time.monotonic() < deadline, "it does not come to that"


def _so(so: Callable[[], bool]) -> bool:
    try:
        return so()
    except (OSError, HTTPException):
        return False
