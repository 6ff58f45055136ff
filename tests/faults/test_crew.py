"""Workers that misbehave, under the parent that real ones have. They are small programs that do nothing but that."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.observe.figure_files import VARIABLE
from gateway.processes.crew import Crew, next_pause
from gateway.processes.place import Place, Taken, places
from gateway.processes.worker import Worker

SERVES = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('ready', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
FAILS = "import sys; sys.exit(3)"
NEVER_SERVES = "import signal; signal.pause()"
BOUND = 30


@dataclass
class Ship:
    """A crew under way, and how often each of its workers was started."""

    workers: list[Worker]
    running: "asyncio.Task[bool]"
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_ready(self) -> None:
        async with asyncio.timeout(BOUND):
            await self.ready.wait()

    async def ended(self) -> bool:
        async with asyncio.timeout(BOUND):
            return await self.running

    def alive(self) -> list[int]:
        return [worker.pid for worker in self.workers if worker.pid and Path(f"/proc/{worker.pid}").exists()]


@asynccontextmanager
async def sailing(tmp_path: Path, *programs: str, patience: float = BOUND) -> AsyncIterator[Ship]:
    given = places(len(programs), tmp_path, operations=("127.0.0.1", 0), data=("127.0.0.1", 0))
    workers = [Worker(place, [sys.executable, "-c", program]) for place, program in zip(given, programs, strict=True)]
    ready = asyncio.Event()
    running = asyncio.create_task(Crew(workers, patience=patience).run(ready.set))
    ship = Ship(workers, running, ready)
    try:
        yield ship
    finally:
        if not running.done():
            tell(signal.SIGTERM)
            tell(signal.SIGTERM)
            await running
        assert not ship.alive()


def tell(number: signal.Signals) -> None:
    """As if somebody else did; the handler of the loop runs in its next turn."""
    signal.raise_signal(number)


async def until(so: Callable[[], object]) -> None:
    async with asyncio.timeout(BOUND):
        while not so():  # noqa: ASYNC110  # processes set no events
            await asyncio.sleep(0)


async def test_all_end_well_when_told_to(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, SERVES, SERVES) as ship:
        await ship.is_ready()
        assert len(ship.alive()) == 3
        tell(signal.SIGINT)
        assert await ship.ended()


async def test_one_that_does_not_come_to_serve_ends_all(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, SERVES, FAILS) as ship:
        assert not await ship.ended()
        assert not ship.ready.is_set()


async def test_where_the_first_fails_no_other_is_started(tmp_path: Path) -> None:
    async with sailing(tmp_path, FAILS, SERVES) as ship:
        assert not await ship.ended()
        assert ship.workers[1].pid is None


async def test_one_that_dies_before_all_serve_ends_all(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, NEVER_SERVES) as ship:
        await until(lambda: len(ship.alive()) == 2)
        os.kill(ship.alive()[0], signal.SIGKILL)
        assert not await ship.ended()


async def test_who_is_told_to_end_before_it_serves_has_ended_well_but_not_served(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, NEVER_SERVES) as ship:
        await until(lambda: len(ship.alive()) == 2)
        tell(signal.SIGTERM)
        assert not await ship.ended()
        assert not ship.ready.is_set()


async def test_one_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, DEAF, patience=0.2) as ship:
        await ship.is_ready()
        tell(signal.SIGTERM)
        assert not await ship.ended()


async def test_a_second_signal_does_not_wait_for_the_end(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, DEAF) as ship:
        await ship.is_ready()
        tell(signal.SIGTERM)
        await until(lambda: len(ship.alive()) == 1)
        tell(signal.SIGINT)
        assert not await ship.ended()


def test_one_that_dies_again_and_again_is_given_ever_longer_pauses() -> None:
    pauses = [next_pause(0, lasted=1)]
    while len(pauses) < 20:
        pauses.append(next_pause(pauses[-1], lasted=1))
    assert pauses[:3] == [0.05, 0.1, 0.2]
    assert pauses[-2:] == [5, 5]
    assert next_pause(5, lasted=60) == 0.05


async def test_what_held_of_a_dead_worker_is_forgotten_before_the_next_one_comes(tmp_path: Path) -> None:
    def files() -> dict[str, int]:
        return {file.name: file.stat().st_ino for file in tmp_path.iterdir()}

    async with sailing(tmp_path, SERVES, SERVES) as ship:
        await ship.is_ready()
        before, victim = files(), ship.workers[1]
        os.kill(victim.pid or 0, signal.SIGKILL)
        await until(lambda: len(ship.alive()) == 1)
        await until(lambda: len(ship.alive()) == 2)
        assert {name for name, number in files().items() if before[name] != number} == {"gauge_livesum_2.db", "gauge_livemax_2.db"}


async def test_a_machine_that_cannot_start_a_worker_keeps_the_others(tmp_path: Path) -> None:
    async with sailing(tmp_path, SERVES, SERVES) as ship:
        await ship.is_ready()
        first, second = ship.workers
        second._command, pid = ["/nowhere/to/be/found"], first.pid
        os.kill(second.pid or 0, signal.SIGKILL)
        await until(lambda: len(ship.alive()) == 1)
        second._command = [sys.executable, "-c", SERVES]
        await until(lambda: len(ship.alive()) == 2)
        assert first.pid == pid


def test_a_place_is_the_same_in_the_hands_of_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    [given] = places(1, tmp_path, operations=("127.0.0.1", 0), data=("127.0.0.1", 0))
    copies = Place(figures=given.figures, operations=given.operations.dup(), data=given.data.dup() if given.data else None)
    taken = Taken.parse(copies.handed_over())
    assert (taken.place.number, taken.parent, taken.place.figures) == (1, os.getpid(), given.figures)
    assert [wire.getsockname() for wire in taken.place.sockets] == [wire.getsockname() for wire in given.sockets]
    for wire in copies.sockets:
        wire.detach()
    taken.place.close()
    given.close()


def test_the_parent_loads_neither_the_catalog_nor_http() -> None:
    program = "import gateway.cli.serve, gateway.cli.workers, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "click" in loaded
    assert not {"aiohttp", "asyncpg", "redis", "prometheus_client", "aiobotocore", "cryptography"} & set(loaded)
