"""Sessions in one process over a Valkey, and in two; what is asked of it, and what it does with what others wrote."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from buckets.errors import SessionsUnavailable
from buckets.model.live_upload import ENDED_FOR, FORGOTTEN_AFTER, SILENT_AFTER, LiveUpload, UploadState
from buckets.ports import Sessions
from buckets.sessions.link import PREFIX, RedisLink
from buckets.sessions.uploads import RedisSessions
from gateway.embedded.layout import DataDirectory
from gateway.embedded.valkey import ValkeyServer
from tests.architecture.rooms import ROOT
from tests.factories.uploads import live_upload, part, upload_id, writing
from tests.fixtures.links import linked, locks_of
from tests.fixtures.stack import client_of, running
from tests.suites.sessions import SessionsSuite

# All that Redis 6.2 knows of it, and all that the scripts and the client may use.
ASKED = {"del", "evalsha", "get", "hdel", "hexists", "hget", "hgetall", "hincrby", "hmget", "hset", "hvals", "pexpire",
    "script", "set", "time"}  # fmt: skip
OWN = {"config", "info"}


@pytest.fixture
async def links(valkey_server: ValkeyServer) -> AsyncIterator[Sequence[RedisLink]]:
    async with linked(valkey_server.url) as one, linked(valkey_server.url) as another:
        yield [one, another]


@pytest.fixture
def redis(links: Sequence[RedisLink]) -> RedisSessions:
    return RedisSessions(links[0])


@pytest.fixture
async def client(valkey_server: ValkeyServer) -> AsyncIterator[Redis]:
    async with client_of(valkey_server) as client:
        yield client


class TestSessionsOfTwoProcesses(SessionsSuite):
    @pytest.fixture
    def processes(self, links: Sequence[RedisLink]) -> Sequence[Sessions]:
        return [RedisSessions(link) for link in links]


class TestSessionsOfOneProcess(SessionsSuite):
    @pytest.fixture
    def processes(self, redis: RedisSessions) -> Sequence[Sessions]:
        return [redis] * 2


def names(upload: LiveUpload) -> tuple[str, str]:
    return f"{PREFIX}upload:{{{upload.id}}}", f"{PREFIX}upload:{{{upload.id}}}:parts"


@pytest.mark.parametrize(
    ("state", "lasting"), [(UploadState.OPEN, FORGOTTEN_AFTER), (UploadState.DONE, ENDED_FOR), (UploadState.ABORTED, ENDED_FOR)]
)
@pytest.mark.parametrize("is_change", [False, True])
async def test_a_session_lasts_from_its_last_change_on(
    redis: RedisSessions, client: Redis, state: UploadState, lasting: timedelta, *, is_change: bool
) -> None:
    await redis.keep(upload := live_upload(state=UploadState.OPEN if is_change else state), [part(1, 1)])
    if is_change:
        await redis.advance(upload.id, state, revision=2)
    for name in names(upload):
        assert 0.9 * lasting < timedelta(milliseconds=await client.pttl(name)) <= lasting


async def test_writers_are_gone_when_all_are_silent(redis: RedisSessions, client: Redis) -> None:
    await redis.note(upload := upload_id(), writing())
    left = timedelta(milliseconds=await client.pttl(f"{PREFIX}upload:{{{upload}}}:writers"))
    assert 0.9 * SILENT_AFTER < left <= SILENT_AFTER


async def test_a_writer_who_is_silent_is_gone(redis: RedisSessions, client: Redis) -> None:
    upload, silent, heard = upload_id(), writing(), writing()
    await redis.note(upload, silent)
    name = f"{PREFIX}upload:{{{upload}}}:writers"
    _, said = str(await client.hget(name, str(silent.request))).split(" ", 1)
    await client.hset(name, str(silent.request), f"1000 {said}")
    assert await redis.writers(upload) == []
    await redis.note(upload, heard)
    assert await client.hkeys(name) == [str(heard.request)]
    assert await redis.writers(upload) == [heard]


@pytest.mark.parametrize("lost", [0, 1])
async def test_half_of_a_session_is_none(redis: RedisSessions, client: Redis, lost: int) -> None:
    """A server that is full throws away one name or another."""
    await redis.keep(upload := live_upload(), [part(1, 1), part(2, 1)])
    await client.delete(names(upload)[lost])
    assert await redis.find_parts(upload.id) is None
    await redis.advance(upload.id, part(3, 2), revision=2)
    assert await redis.find_parts(upload.id) is None
    await redis.keep(upload, [part(1, 1), part(2, 1)])
    found = await redis.find(upload.id)
    assert found is None or found.parts == 2 + lost


@pytest.mark.parametrize("field", ["about", "state", "revision", "parts", "received"])
@pytest.mark.parametrize("said", ["", "nonsense", "-1", "1e3", "{}", '{"bucket": []}', '{"key": 5}', "\x00\xff"])
async def test_what_cannot_be_read_is_not_here(redis: RedisSessions, client: Redis, field: str, said: str) -> None:
    await redis.keep(upload := live_upload(), [part(1, 1)])
    await client.hset(names(upload)[0], field, said)
    assert await redis.find(upload.id) is None


@pytest.mark.parametrize("said", ["", "nonsense", "1", "1 2", "-1 2 etag", "1 2e0 etag", "\udcff"])
async def test_parts_that_cannot_be_read_are_not_here(redis: RedisSessions, client: Redis, said: str) -> None:
    await redis.keep(upload := live_upload(), [part(1, 1)])
    await client.hset(names(upload)[1], "1", said.encode("utf-8", "surrogateescape"))
    assert await redis.find_parts(upload.id) is None


@pytest.mark.parametrize("said", ["nonsense", "{}", '{"request": 5}'])
async def test_writers_that_cannot_be_read_are_not_here(redis: RedisSessions, client: Redis, said: str) -> None:
    upload = upload_id()
    await client.hset(f"{PREFIX}upload:{{{upload}}}:writers", "somebody", f"{1 << 50} {said}")
    assert await redis.writers(upload) == []


async def test_what_somebody_else_wrote_harms_one_upload_alone(redis: RedisSessions, client: Redis) -> None:
    upload, other = live_upload(), live_upload()
    await client.set(names(upload)[0], "no hash")
    await redis.keep(other, [])
    with pytest.raises(SessionsUnavailable):
        await redis.find(upload.id)
    assert not redis.link.breaker.is_away
    assert await redis.find(other.id) == other


async def test_nothing_is_asked_that_redis_6_2_does_not_know(tmp_path: Path) -> None:
    valkey = ValkeyServer(DataDirectory(tmp_path))
    with running(valkey):
        async with client_of(valkey) as client:
            await client.config_resetstat()
            async with linked(valkey.url) as link:
                await use_everything(link)
            asked = {name.removeprefix("cmdstat_").split("|")[0] for name in await client.info("commandstats")}
    assert asked - OWN == ASKED


async def test_the_user_that_the_documentation_confines_can_do_everything(tmp_path: Path) -> None:
    [rule] = re.findall(r"`ACL SETUSER seawall (.*?)`", (ROOT / "docs/deployment.md").read_text("utf-8"))
    valkey = ValkeyServer(DataDirectory(tmp_path))
    with running(valkey):
        async with client_of(valkey) as client:
            words = ["ACL", "SETUSER", "seawall", *rule.replace("PASSWORD", "secret").split()]
            await client.execute_command(*words)  # type: ignore[no-untyped-call]  # `acl_setuser` builds the rule itself
        async with linked(f"{valkey.url}?username=seawall&password=secret") as link:
            await use_everything(link)
            with pytest.raises(NoPermissionError):
                await link._client.get("another's")
            with pytest.raises(NoPermissionError):
                await link._client.flushall()


async def use_everything(link: RedisLink) -> None:
    sessions, upload = RedisSessions(link), live_upload()
    await link.check()
    await sessions.keep(upload, [part(1, 1)])
    for change in (part(1, 2), part(2, 3), UploadState.DONE):
        found = await sessions.find(upload.id)
        assert found
        await sessions.advance(upload.id, change, revision=found.revision + 1)
    await sessions.find_parts(upload.id)
    await sessions.note(upload.id, writing())
    await sessions.note(upload.id, known := writing())
    await sessions.forget(upload.id, known.request)
    await sessions.writers(upload.id)
    async with locks_of(link).hold("name"):
        await link.run("prolong", keys=["lock:name"], args=["nobody", 1])
        await link.run("take", keys=["lock:name", "fence"], args=["nobody", 1, 1])
    await link.run("prolong", keys=["lock:name"], args=["somebody", 1])
