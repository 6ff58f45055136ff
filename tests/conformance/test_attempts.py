"""Attempts, counted in one process, over a Valkey, and while it is away."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from buckets.memory.attempts import MemoryAttempts
from buckets.ports import Attempts
from buckets.sessions.attempts import RedisAttempts
from buckets.sessions.link import PREFIX, RedisLink
from gateway.embedded.valkey import ValkeyServer
from tests.factories.values import IDS, ManualClock
from tests.fixtures.links import SYSTEM_CLOCK, linked
from tests.fixtures.stack import client_of
from tests.suites.attempts import WINDOW, AttemptsSuite


def attempts_of(link: RedisLink) -> RedisAttempts:
    return RedisAttempts(link=link, here=MemoryAttempts(SYSTEM_CLOCK))


class TestMemoryAttempts(AttemptsSuite):
    @pytest.fixture
    def processes(self) -> Sequence[Attempts]:
        return [MemoryAttempts(ManualClock())] * 2


class TestAttemptsOfTwoProcesses(AttemptsSuite):
    @pytest.fixture
    async def processes(self, valkey_server: ValkeyServer) -> AsyncIterator[Sequence[Attempts]]:
        async with linked(valkey_server.url) as one, linked(valkey_server.url) as another:
            yield [attempts_of(one), attempts_of(another)]


class TestAttemptsWithoutRedis(AttemptsSuite):
    @pytest.fixture
    async def processes(self) -> AsyncIterator[Sequence[Attempts]]:
        async with linked("redis://127.0.0.1:1/0", timeout=0.2) as link:
            yield [attempts_of(link)] * 2


async def test_a_window_closes_and_the_next_attempt_opens_another() -> None:
    clock = ManualClock()
    attempts = MemoryAttempts(clock)
    for _ in range(3):
        await attempts.count("name", within=WINDOW)
    clock.advance(WINDOW - timedelta(seconds=1))
    counted = await attempts.count("name", within=WINDOW)
    assert (counted.attempts, counted.remaining) == (4, timedelta(seconds=1))
    clock.advance(timedelta(seconds=1))
    counted = await attempts.count("name", within=WINDOW)
    assert (counted.attempts, counted.remaining) == (1, WINDOW)


async def test_a_process_remembers_only_so_many_names() -> None:
    attempts = MemoryAttempts(ManualClock(), most=10)
    for number in range(1000):
        await attempts.count(f"{number}", within=WINDOW)
    assert len(attempts._windows) == 10


async def test_a_redis_that_forgot_gives_no_attempt_back(valkey_server: ValkeyServer) -> None:
    name = f"{IDS.uuid7()}"
    async with linked(valkey_server.url) as link, client_of(valkey_server) as client:
        attempts = attempts_of(link)
        for _ in range(5):
            await attempts.count(name, within=WINDOW)
        for key in await client.keys(f"{PREFIX}attempts:*"):
            await client.delete(key)
        assert (await attempts.count(name, within=WINDOW)).attempts == 6


async def test_what_is_counted_runs_out_by_itself_and_tells_no_name(valkey_server: ValkeyServer) -> None:
    name = f"{IDS.uuid7()}@example.org"
    async with linked(valkey_server.url) as link, client_of(valkey_server) as client:
        before = set(await client.keys(f"{PREFIX}attempts:*"))
        await attempts_of(link).count(name, within=WINDOW)
        [key] = set(await client.keys(f"{PREFIX}attempts:*")) - before
        assert name not in key
        assert 590_000 < await client.pttl(key) <= 600_000
