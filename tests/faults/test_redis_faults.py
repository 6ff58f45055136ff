"""Redis hangs, dies, fills up, forgets and comes back: it costs one wait at most, never an answer, and never a wrong one."""

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from buckets.errors import SessionsUnavailable
from buckets.memory.meter import MemoryMeter
from buckets.model.live_upload import UploadState
from buckets.service.live_uploads import LiveUploads
from buckets.sessions.link import AWAY, FAULTS, SECONDS, RedisLink, fault_of
from buckets.sessions.settings import SessionsSettings
from buckets.sessions.uploads import RedisSessions
from gateway.embedded.layout import DataDirectory
from gateway.embedded.valkey import ValkeyServer
from tests.factories.uploads import History, Truth, live_upload, part, upload_id, writing
from tests.fixtures.links import linked, locks_of
from tests.fixtures.stack import BOUND, client_of, running

LIMIT = 0.5
"""How long those wait that are to wait in vain; the others have all the time that a busy machine may take."""


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One of its own, for what is done to it."""
    server = ValkeyServer(DataDirectory(tmp_path))
    with running(server):
        yield server


@pytest.fixture
def meter() -> MemoryMeter:
    return MemoryMeter()


@pytest.fixture
async def link(valkey: ValkeyServer, meter: MemoryMeter) -> AsyncIterator[RedisLink]:
    async with linked(valkey.url, timeout=BOUND, meter=meter) as link:
        yield link


@pytest.fixture
def sessions(link: RedisLink) -> RedisSessions:
    return RedisSessions(link)


@contextmanager
def stopped(valkey: ValkeyServer) -> Iterator[None]:
    assert valkey.pid
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(valkey.pid, signal.SIGCONT)


async def back(link: RedisLink) -> None:
    await asyncio.wait_for(link.breaker.here(), BOUND)


async def ask_often(sessions: RedisSessions, times: int = 20) -> None:
    """In vain."""
    for _ in range(times):
        await asyncio.sleep(0)
        with pytest.raises(SessionsUnavailable):
            await sessions.find(upload_id())


def test_by_default_nobody_waits_for_more_than_a_quarter_of_a_second() -> None:
    assert SessionsSettings().timeout <= 0.25


class TestHanging:
    @pytest.fixture
    async def link(self, valkey: ValkeyServer, meter: MemoryMeter) -> AsyncIterator[RedisLink]:
        async with linked(valkey.url, timeout=LIMIT, meter=meter) as link:
            yield link

    async def test_commands_in_a_row_wait_once(self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter) -> None:
        await sessions.find(upload_id())
        with stopped(valkey):
            await ask_often(sessions, 20)
            assert len(meter.observed(SECONDS, command="find")) == 2
            assert meter.counted(FAULTS, command="find", fault="timeout") == 1
            assert meter.counted(FAULTS, command="find", fault="away") == 19
            assert meter.gauged(AWAY) == 1

    async def test_so_do_those_that_need_a_new_connection(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        with stopped(valkey):
            await ask_often(sessions, 20)
            assert len(meter.observed(SECONDS, command="find")) == 1

    async def test_commands_of_many_requests_wait_once_each(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        """More of them than there are connections."""
        with stopped(valkey):
            await asyncio.gather(*(ask_often(sessions, 5) for _ in range(100)))
            assert len(meter.observed(SECONDS, command="find")) == 100

    async def test_an_address_that_swallows_connections_is_waited_for_once(self, meter: MemoryMeter) -> None:
        with socket.socket() as silent, socket.socket() as filler:
            silent.bind(("127.0.0.1", 0))
            silent.listen(0)
            filler.connect(silent.getsockname())
            async with linked(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", timeout=LIMIT, meter=meter) as link:
                await ask_often(RedisSessions(link), 20)
                assert len(meter.observed(SECONDS, command="find")) == 1
                assert meter.counted(FAULTS, command="find", fault="timeout") == 1

    async def test_what_goes_on_again_is_used_again_without_a_request_that_waited(
        self, valkey: ValkeyServer, link: RedisLink, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        await sessions.keep(upload := live_upload(), [])
        with stopped(valkey):
            await ask_often(sessions)
        await back(link)
        assert await sessions.find(upload.id) == upload
        assert meter.counted(FAULTS, command="find", fault="timeout") == 1
        assert meter.counted(FAULTS, command="find") == 20
        assert meter.gauged(AWAY) == 0

    async def test_while_it_hangs_one_task_asks_for_it(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        with stopped(valkey):
            await ask_often(sessions)
            async with asyncio.timeout(BOUND):
                while meter.counted(FAULTS, command="probe", fault="timeout") < 3:
                    await ask_often(sessions)
        assert meter.counted(FAULTS, command="find", fault="timeout") == 1

    async def test_the_truth_answers_meanwhile_after_one_wait(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        truth = Truth()
        live, history = LiveUploads(sessions=sessions, load_truth=truth.load), truth.begin()
        with stopped(valkey):
            for _ in range(10):
                assert await live.load(history.begun.id) == history.begun
                assert await live.load_parts(history.begun.id) == []
        assert meter.counted(FAULTS, fault="timeout") - meter.counted(FAULTS, command="probe") == 1

    async def test_locks_are_those_of_the_process_meanwhile(
        self, valkey: ValkeyServer, link: RedisLink, meter: MemoryMeter
    ) -> None:
        locks = locks_of(link)
        with stopped(valkey):
            async with locks.hold("name") as hold, locks.hold("name") as another:
                assert hold
                assert another is None
        assert meter.counted(FAULTS, fault="timeout") - meter.counted(FAULTS, command="probe") == 1

    async def test_a_lock_outlives_it(self, valkey: ValkeyServer, link: RedisLink) -> None:
        async with linked(valkey.url) as other, locks_of(link).hold("name") as hold:
            with stopped(valkey):
                await ask_often(RedisSessions(link))
            await back(link)
            async with locks_of(other).hold("name") as another:
                assert hold
                assert another is None

    async def test_health_says_so_at_once(self, valkey: ValkeyServer, link: RedisLink, meter: MemoryMeter) -> None:
        with stopped(valkey):
            for _ in range(3):
                with pytest.raises(SessionsUnavailable):
                    await link.check()
        assert meter.counted(FAULTS, command="probe", fault="away") == 2
        await back(link)
        await link.check()


class TestDying:
    async def test_a_server_that_is_killed_and_comes_back_is_used_again(
        self, valkey: ValkeyServer, link: RedisLink, sessions: RedisSessions
    ) -> None:
        await sessions.find(upload_id())
        await killed(valkey)
        await ask_often(sessions)
        assert link.breaker.is_away
        await valkey.restart()
        await back(link)
        await sessions.keep(upload := live_upload(), [part(1, 1)])
        assert await sessions.find_parts(upload.id) == [part(1, 1)]

    async def test_one_that_was_away_while_nobody_asked_is_not_missed(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        await asyncio.gather(*(sessions.find(upload_id()) for _ in range(10)))
        await killed(valkey)
        await valkey.restart()
        await asyncio.gather(*(sessions.find(upload_id()) for _ in range(20)))
        assert meter.counted(FAULTS) == 0

    async def test_one_that_is_killed_amid_commands_gives_no_answer_or_the_right_one(
        self, valkey: ValkeyServer, link: RedisLink, sessions: RedisSessions
    ) -> None:
        uploads = [live_upload(f"key {number}") for number in range(20)]
        for upload in uploads:
            await sessions.keep(upload, [])
        asking = [asyncio.create_task(sessions.find(upload.id)) for upload in uploads * 5]
        await asyncio.sleep(0)
        await killed(valkey)
        answers = await asyncio.gather(*asking, return_exceptions=True)
        for upload, answer in zip(uploads * 5, answers, strict=True):
            assert answer == upload or isinstance(answer, SessionsUnavailable)
        await valkey.restart()
        await back(link)

    async def test_a_link_that_is_closed_meanwhile_leaves_nothing_running(self, valkey: ValkeyServer) -> None:
        async with linked(valkey.url) as link:
            await killed(valkey)
            await ask_often(RedisSessions(link))
            before = asyncio.all_tasks()
        assert len(before) == 2
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def killed(valkey: ValkeyServer) -> None:
    assert valkey.pid
    os.kill(valkey.pid, signal.SIGKILL)
    await valkey.ended()


async def ask_and_cut(link: RedisLink, chance: random.Random) -> None:
    sessions, uploads = RedisSessions(link), [live_upload(f"key {number}") for number in range(50)]
    for upload in uploads:
        await sessions.keep(upload, [])
    for _ in range(150):
        asked = chance.choices(uploads, k=12)
        tasks = [asyncio.create_task(sessions.find(upload.id)) for upload in asked]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        for task in chance.sample(tasks, 5):
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        for upload, answer in zip(asked, answers, strict=True):
            assert answer == upload or isinstance(answer, asyncio.CancelledError)


class TestCancelled:
    @pytest.mark.parametrize("seed", range(4))
    async def test_a_command_that_is_cut_leaves_no_answer_for_another(self, valkey: ValkeyServer, seed: int) -> None:
        """Fault 27, CVE-2023-28858: each answer bears the name of what was asked for."""
        async with linked(valkey.url) as link:
            await ask_and_cut(link, random.Random(seed))
            assert not link._client.connection_pool._in_use_connections

    async def test_neither_does_one_that_ran_out_of_time(self, valkey: ValkeyServer, meter: MemoryMeter) -> None:
        """A limit so short that some commands make it and some do not; every one of these is cut as it waits."""
        uploads = [live_upload(f"key {number}") for number in range(30)]
        async with linked(valkey.url) as patient:
            for upload in uploads:
                await RedisSessions(patient).keep(upload, [])
        async with linked(valkey.url, timeout=0.002, meter=meter) as link:
            sessions = RedisSessions(link)
            for _ in range(40):
                await back(link)
                answers = await asyncio.gather(*(sessions.find(upload.id) for upload in uploads), return_exceptions=True)
                for upload, answer in zip(uploads, answers, strict=True):
                    assert answer == upload or isinstance(answer, SessionsUnavailable)
        assert meter.counted(FAULTS, command="find", fault="timeout") > 0


WITHIN = "ERR Error running script (call to f_1): @user_script:5: @user_script: 5: -"


class TestFullAndReadOnly:
    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ("OOM command not allowed when used memory > 'maxmemory'.", "full"),
            (f"{WITHIN}OOM command not allowed when used memory > 'maxmemory'.", "full"),
            ("READONLY You can't write against a read only replica.", "read-only"),
            (f"{WITHIN}READONLY You can't write against a read only replica.", "read-only"),
            ("MISCONF Errors writing to the AOF file: No space left on device", "read-only"),
            ("NOREPLICAS Not enough good replicas to write.", "read-only"),
            ("MASTERDOWN Link with MASTER is down", "read-only"),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", "refused"),
            ("ERR no OOM here", "refused"),
        ],
    )
    def test_what_takes_nothing_is_told_from_what_refuses_a_command(self, said: str, fault: str) -> None:
        """As Redis 6.2 words it, too, which speaks of the script first."""
        assert fault_of(ResponseError(said)) == fault

    async def test_a_full_server_is_done_without_until_it_has_room(
        self, valkey: ValkeyServer, link: RedisLink, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        async with client_of(valkey) as client:
            await sessions.keep(upload := live_upload(), [])
            await client.config_set("maxmemory-policy", "noeviction")
            await client.config_set("maxmemory", 1)
            with pytest.raises(SessionsUnavailable):
                await sessions.advance(upload.id, part(1, 2), revision=2)
            assert meter.counted(FAULTS, command="advance", fault="full") == 1
            await ask_often(sessions)
            assert meter.counted(FAULTS, command="find", fault="away") == 20
            await client.config_set("maxmemory", 0)
            await back(link)
            assert await sessions.find(upload.id) == upload

    async def test_a_replica_that_takes_nothing_is_done_without_until_it_is_the_first(
        self, valkey: ValkeyServer, link: RedisLink, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        async with client_of(valkey) as client:
            await sessions.keep(upload := live_upload(), [])
            await client.replicaof("127.0.0.1", "1")
            with pytest.raises(SessionsUnavailable):
                await sessions.advance(upload.id, UploadState.DONE, revision=2)
            assert meter.counted(FAULTS, command="advance", fault="read-only") == 1
            await ask_often(sessions)
            await client.replicaof("NO", "ONE")
            await back(link)
            assert await sessions.find(upload.id) == upload

    async def test_a_server_that_forgets_its_scripts_is_told_them_again(
        self, valkey: ValkeyServer, sessions: RedisSessions, meter: MemoryMeter
    ) -> None:
        await sessions.keep(upload := live_upload(), [])
        async with client_of(valkey) as client:
            await client.script_flush()
        assert await sessions.find(upload.id) == upload
        assert meter.counted(FAULTS) == 0


class TestFlushed:
    @pytest.mark.parametrize("seed", range(4))
    async def test_flushall_amid_everything_loses_nothing_that_was_acknowledged(self, valkey: ValkeyServer, seed: int) -> None:
        truth, chance = Truth(), random.Random(seed)
        history = truth.begin()
        async with linked(valkey.url) as one, linked(valkey.url) as two, client_of(valkey) as client:
            processes = [LiveUploads(sessions=RedisSessions(link), load_truth=truth.load) for link in (one, two)]
            async with asyncio.TaskGroup() as group:
                for process in processes:
                    group.create_task(sends(process, history, chance))
                    group.create_task(asks(process, history, chance))
                for _ in range(60):
                    await asyncio.sleep(0)
                    await client.flushall()
            for process in processes:
                upload = await process.load(history.begun.id, at_least=history.revision)
                parts = await process.load_parts(history.begun.id, at_least=history.revision)
                assert (upload, parts) == history.at(history.revision)


async def sends(process: LiveUploads, history: History, chance: random.Random) -> None:
    """Acknowledges parts, which become known a moment later, and some of them never."""
    for _ in range(100):
        change, revision = history.acknowledge((chance.randint(1, 20), chance.randint(0, 9)))
        await process.sessions.note(history.begun.id, writing())
        if chance.random() < 0.9:
            await process.sessions.advance(history.begun.id, change, revision=revision)


async def asks(process: LiveUploads, history: History, chance: random.Random) -> None:
    for _ in range(100):
        known = history.revision
        at_least = chance.choice([0, known])
        upload = await process.load(history.begun.id, at_least=at_least)
        assert upload.revision >= at_least
        history.check(upload)
        history.check_parts(await process.load_parts(history.begun.id, at_least=at_least), at_least)
