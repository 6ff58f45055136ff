"""The stack of `seawall up` in a process that dies as soon as an operation has come to a given phase for the n-th time.

    python crashing.py DATA READY OPERATION PHASE NUMBER exit|kill [SETTING=VALUE …]

It counts from when a file READY.armed is there. Then it ends at once by itself, or writes READY.dying and stands still until it is
killed, so that nothing of it runs any more.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from buckets.ports import Phase
from gateway.cli.trial import started
from gateway.cli.up import Start, addressed, bound, run
from gateway.config.load import load
from gateway.embedded.parent import end_with_parent

STATUS = 9


def armed(ready: Path) -> Path:
    return ready.with_name(f"{ready.name}.armed")


def dying(ready: Path) -> Path:
    return ready.with_name(f"{ready.name}.dying")


@dataclass(slots=True)
class Crash:
    """The `Phases` port: calls the end when the moment has come."""

    operation: str
    phase: Phase
    number: int
    armed: Path
    die: Callable[[], None]

    def reached(self, operation: str, phase: Phase) -> None:
        if (operation, phase) == (self.operation, self.phase) and self.armed.exists():
            self.number -= 1
            if self.number == 0:
                self.die()


def leave() -> None:
    os._exit(STATUS)


def stand_still(marker: Path) -> None:
    """The loop's own thread waits: for a kill, or for the end of whoever should have killed it."""
    marker.touch()
    os.read(sys.stdin.fileno(), 1)
    leave()


def main(data: str, ready_file: str, operation: str, phase: str, number: str, mode: str, *given: str) -> None:
    end_with_parent()
    ready = Path(ready_file)
    die = leave if mode == "exit" else partial(stand_still, dying(ready))
    crash = Crash(operation, Phase(phase), int(number), armed(ready), die)
    settings = dict(each.split("=", 1) for each in given)
    config = load(flags={"edge.port": "0", "edge.ops_port": "0", **settings}).config
    with ExitStack() as stack:
        sockets = bound(config, stack)
        trial = stack.enter_context(started(addressed(config, sockets), Path(data)))
        asyncio.run(run(Start(trial.config, trial, sockets, ready, phases=crash)))


if __name__ == "__main__":
    main(*sys.argv[1:])
