"""What runs, in two processes over one Valkey."""

from collections.abc import AsyncIterator, Sequence

import pytest

from buckets.errors import RequestRunning
from buckets.memory.running import MemoryRunning
from buckets.model.commit import Owner
from buckets.ports import Running
from buckets.sessions.link import RedisLink
from buckets.sessions.running import RedisRunning
from gateway.embedded.valkey import ValkeyServer
from tests.factories.values import IDS
from tests.fixtures.stack import client_of
from tests.suites.running import RunningSuite, somebody


@pytest.fixture
async def links(valkey_server: ValkeyServer) -> AsyncIterator[Sequence[RedisLink]]:
    links = [RedisLink(valkey_server.url, timeout=5.0) for _ in range(2)]
    yield links
    for link in links:
        await link.close()


class TestRedisRunning(RunningSuite):
    @pytest.fixture
    def processes(self, links: Sequence[RedisLink]) -> Sequence[Running]:
        return [RedisRunning(link=link, here=MemoryRunning(), ids=IDS) for link in links]


async def names(server: ValkeyServer, owner: Owner) -> list[str]:
    async with client_of(server) as client:
        return [str(name) for name in await client.keys(f"running:{owner[0]}:{owner[1]}:*")]


async def test_what_is_held_is_kept_up_and_ends_by_itself_when_nobody_does(
    links: Sequence[RedisLink], valkey_server: ValkeyServer
) -> None:
    owner = somebody()
    running = RedisRunning(link=links[0], here=MemoryRunning(), ids=IDS, lasting=30.0)
    async with running.hold(owner, "key"), client_of(valkey_server) as client:
        [name] = await names(valkey_server, owner)
        assert 20_000 < await client.pttl(name) <= 30_000
    assert await names(valkey_server, owner) == []


async def test_a_name_that_somebody_else_took_meanwhile_is_not_let_go(
    links: Sequence[RedisLink], valkey_server: ValkeyServer
) -> None:
    owner = somebody()
    async with RedisRunning(link=links[0], here=MemoryRunning(), ids=IDS).hold(owner, "key"), client_of(valkey_server) as client:
        [name] = await names(valkey_server, owner)
        await client.set(name, "somebody else")
    assert await names(valkey_server, owner) == [name]


async def test_a_name_that_ran_out_is_taken_again_and_a_stolen_one_is_left(
    links: Sequence[RedisLink], valkey_server: ValkeyServer
) -> None:
    async with client_of(valkey_server) as client:
        await links[0].prolong("lost", "mine", seconds=30)
        assert await client.get("lost") == "mine"
        await links[1].prolong("lost", "another's", seconds=30)
        assert await client.get("lost") == "mine"


async def test_without_redis_a_process_knows_of_its_own() -> None:
    link = RedisLink("redis://127.0.0.1:1/0", timeout=0.2)
    owner, running = somebody(), RedisRunning(link=link, here=MemoryRunning(), ids=IDS)
    async with running.hold(owner, "key"):
        with pytest.raises(RequestRunning):
            await running.hold(owner, "key").__aenter__()
    await link.close()
