"""Names in one process over a Valkey, and in two."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from buckets.ports import Locks
from buckets.sessions.link import PREFIX, RedisLink
from gateway.embedded.valkey import ValkeyServer
from tests.factories.values import IDS
from tests.fixtures.links import linked, locks_of
from tests.fixtures.stack import client_of
from tests.suites.locks import BOUND, LONG, LocksSuite


@pytest.fixture
async def links(valkey_server: ValkeyServer) -> AsyncIterator[Sequence[RedisLink]]:
    async with linked(valkey_server.url) as one, linked(valkey_server.url) as another:
        yield [one, another]


@pytest.fixture
def name() -> str:
    return f"upload:{IDS.uuid7()}"


class TestLocksOfTwoProcesses(LocksSuite):
    @pytest.fixture
    def processes(self, links: Sequence[RedisLink]) -> Sequence[Locks]:
        return [locks_of(link) for link in links]


class TestLocksOfOneProcess(LocksSuite):
    @pytest.fixture
    def processes(self, links: Sequence[RedisLink]) -> Sequence[Locks]:
        return [locks_of(links[0])] * 2


async def test_what_is_held_runs_out_by_itself_and_is_gone_when_it_was_let_go(
    links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str
) -> None:
    async with client_of(valkey_server) as client:
        async with locks_of(links[0], lasting=timedelta(seconds=30)).hold(name):
            assert 20_000 < await client.pttl(f"{PREFIX}lock:{name}") <= 30_000
        assert not await client.exists(f"{PREFIX}lock:{name}")


async def test_a_name_that_was_lost_is_taken_again(links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str) -> None:
    async with client_of(valkey_server) as client, locks_of(links[0]).hold(name) as hold:
        assert hold
        await client.delete(f"{PREFIX}lock:{name}")
        async with asyncio.timeout(BOUND):
            while not await client.exists(f"{PREFIX}lock:{name}"):
                pass
        async with locks_of(links[1]).hold(name) as another:
            assert another is None


async def test_a_name_that_somebody_else_took_meanwhile_is_told_and_not_let_go(
    links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str
) -> None:
    async with client_of(valkey_server) as client:
        async with locks_of(links[0]).hold(name) as hold:
            assert hold
            await client.hset(f"{PREFIX}lock:{name}", "holder", "somebody else")
            await asyncio.wait_for(hold.wanted.wait(), BOUND)
        assert await client.hget(f"{PREFIX}lock:{name}", "holder") == "somebody else"


async def test_who_has_no_patience_asks_nobody(links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str) -> None:
    async with client_of(valkey_server) as client, locks_of(links[0]).hold(name), locks_of(links[1]).hold(name):
        assert await client.hkeys(f"{PREFIX}lock:{name}") == ["holder"]


async def test_a_server_that_lost_everything_gives_greater_fences_still(
    links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str
) -> None:
    async with locks_of(links[0]).hold(name) as before, client_of(valkey_server) as client:
        assert before
        await client.delete(f"{PREFIX}lock:{name}", f"{PREFIX}fence")
        async with locks_of(links[1]).hold(name) as after:
            assert after is None or after.fence > before.fence


async def test_a_clock_that_was_set_back_gives_greater_fences_still(
    links: Sequence[RedisLink], valkey_server: ValkeyServer, name: str
) -> None:
    future = 1 << 52
    async with client_of(valkey_server) as client:
        await client.set(f"{PREFIX}fence", future)
        async with locks_of(links[0]).hold(name) as hold:
            assert hold
            assert hold.fence == future + 1
        await client.delete(f"{PREFIX}fence")


async def test_without_redis_a_process_knows_of_its_own(name: str) -> None:
    async with linked("redis://127.0.0.1:1/0", timeout=0.2) as link:
        locks = locks_of(link)
        async with locks.hold(name) as hold:
            assert hold
            async with locks.hold(name) as another:
                assert another is None
        async with locks.hold(name, patience=LONG) as again:
            assert again
            assert again.fence > hold.fence


class SlowLink:
    """A Redis that takes its time over a prolongation."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.prolonging, self.gate = asyncio.Event(), asyncio.Event()

    async def run(self, command: str, *, keys: Sequence[str], args: Sequence[object]) -> object:
        assert keys
        assert args
        if command == "prolong":
            self.prolonging.set()
            await self.gate.wait()
        self.commands.append(command)
        return 1 if command == "take" else 0


async def test_a_prolongation_under_way_does_not_take_the_name_again_after_the_release(name: str) -> None:
    link: Any = SlowLink()
    async with locks_of(link).hold(name) as hold:
        assert hold
        await asyncio.wait_for(link.prolonging.wait(), BOUND)
        asyncio.get_running_loop().call_soon(link.gate.set)
    assert link.commands == ["take", "prolong", "release"]
