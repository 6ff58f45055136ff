"""A whole stack under load whose SeaweedFS stands still, or is killed and started again by its supervisor.

During it every answer is a complete success or a 503 that says when to come again; afterwards everything succeeds, and all that was
acknowledged is there, once.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from gateway.embedded.layout import DataDirectory
from gateway.embedded.waiting import until
from seaweedfs.launch import LoneWeed
from tests.acceptance.fronts import fronts, lift_limits
from tests.acceptance.stack import Stack, processes_in, up
from tests.faults.depot import WeedDepot
from tests.faults.installation import Installation
from tests.faults.visitors import Crowd, Visitor, visiting
from tests.fixtures.weed import WeedServer, installed_weed

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(300)]

SETTINGS = {"store.timeout": "2", "store.connect_timeout": "1", "store.cache_bytes": "0"}
OF_EACH_FRONT = 3
RECOVERY = 10.0
"""Seconds after the store answers again in which everybody has succeeded once; from then on everybody always does."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outages") / "data"


@pytest.fixture(scope="module")
def weed(data: Path) -> WeedServer:
    """The one that the stack supervises."""
    return WeedServer(DataDirectory(data), LoneWeed(directory=data / "weed", binary=installed_weed()))


@pytest.fixture(scope="module")
def stack(data: Path, weed: WeedServer) -> Iterator[Stack]:
    with up(data, "--store", "seaweedfs", *(f"--set={name}={value}" for name, value in SETTINGS.items())) as stack:
        lift_limits(stack)
        yield stack


async def test_seaweedfs_that_stands_still_or_dies_under_load_takes_nothing_with_it(
    stack: Stack, weed: WeedServer, data: Path
) -> None:
    async with visiting(fronts(stack), OF_EACH_FRONT) as crowd:
        await crowd.until("done", 3)

        pid = _pid_of(weed, data)
        os.kill(pid, SIGSTOP)
        try:
            await crowd.until("put_off", 1)
        finally:
            os.kill(pid, SIGCONT)
        await _recovered(crowd, weed)

        crowd.expect_success(False)
        os.kill(pid, SIGKILL)
        await crowd.until("put_off", 1, everybody=False)
        await _recovered(crowd, weed)

        await crowd.leave()
        await asyncio.to_thread(weed.vacuum_all, "seawall")
        for visitor in crowd.visitors:
            await _finds_everything(visitor)
    depot = WeedDepot(weed, bucket="seawall", piece_bytes=8 << 20)
    await asyncio.to_thread(Installation(data, depot).assert_sound)


async def _recovered(crowd: Crowd, weed: WeedServer) -> None:
    await until(lambda: asyncio.to_thread(weed.weed.answers), timeout=60, otherwise="the store does not come back")
    async with asyncio.timeout(RECOVERY):
        await crowd.until("done", 1)
    crowd.expect_success(True)
    await crowd.until("done", 5)


async def _finds_everything(visitor: Visitor) -> None:
    for key in visitor.kept:
        assert await visitor.reads(key)


def _pid_of(weed: WeedServer, data: Path) -> int:
    binary = str(weed.weed.binary).encode()
    [pid] = [pid for pid in processes_in(data) if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(binary)]
    return pid
