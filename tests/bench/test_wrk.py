"""wrk counts as strictly as our own driver."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.drivers import Drivers
from tests.bench.load import Load, Outcome, WrongAnswer
from tests.bench.test_driver import GOOD, Parrot
from tests.bench.wrk import with_wrk

pytestmark = pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not on the PATH")


async def counted(scratch: Path, load: Load) -> Outcome:
    return await asyncio.to_thread(with_wrk(scratch, Drivers([])).drive, replace(load, seconds=1))


async def test_it_counts_and_tells_how_long_answers_took(tmp_path: Path) -> None:
    async with Parrot(GOOD).load() as load:
        outcome = await counted(tmp_path, load)
    assert outcome.answers > 1
    assert max(outcome.latencies) > 0
    assert 0 < outcome.busy < 1.5


@pytest.mark.parametrize(
    ("said", "size"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nbody", 4),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody", 5),
        (b"", 4),
    ],
    ids=["another status", "a short body", "nothing"],
)
async def test_a_wrong_answer_is_no_figure(tmp_path: Path, said: bytes, size: int) -> None:
    async with Parrot(said, closes=True).load() as load:
        with pytest.raises(WrongAnswer):
            await counted(tmp_path, replace(load, size=size))


async def test_complete_answers_of_another_length_are_no_figure(tmp_path: Path) -> None:
    async with Parrot(GOOD).load() as load:
        with pytest.raises(WrongAnswer):
            await counted(tmp_path, replace(load, size=4000))
