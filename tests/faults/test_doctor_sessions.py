"""`seawall doctor` on a Redis that something is wrong with."""

import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from buckets.memory.meter import MemoryMeter
from buckets.sessions.settings import SessionsSettings
from buckets.settings import Secret
from gateway.doctor.advice import Advice
from gateway.doctor.finding import Finding, Status
from gateway.doctor.sessions import SessionsCheck, answered
from gateway.embedded.layout import DataDirectory
from gateway.embedded.valkey import ValkeyServer
from gateway.system import SystemClock
from tests.factories.findings import amiss, by_name, found
from tests.fixtures.stack import client_of, running

CANARY = "c4n4ry" * 4


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One that may be broken."""
    server = ValkeyServer(DataDirectory(tmp_path))
    with running(server):
        yield server


async def examined(url: str, **changed: Any) -> Sequence[Finding]:
    check = SessionsCheck(
        settings=SessionsSettings(url=Secret(url), **{"timeout": 5.0, **changed}),
        meter=MemoryMeter(),
        clock=SystemClock(),
        advice=Advice(),
    )
    findings = await found(check.ask())
    assert CANARY not in str(findings)
    return findings


@asynccontextmanager
async def asked(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    async with client_of(valkey) as client:
        yield client


async def test_a_redis_that_is_well_is_well_and_holds_nothing_afterwards(valkey: ValkeyServer) -> None:
    findings = await examined(valkey.url)
    assert amiss(findings) == {}
    assert "noeviction, keeps a log" in by_name(findings)["redis"].found
    async with asked(valkey) as client:
        assert await client.keys("*") == []


async def test_what_it_evicts_and_forgets_is_told_as_a_note(valkey: ValkeyServer) -> None:
    async with asked(valkey) as client:
        await client.config_set("maxmemory-policy", "allkeys-lru")
        await client.config_set("appendonly", "no")
    findings = await examined(valkey.url)
    assert amiss(findings) == {}
    assert "allkeys-lru, keeps no log" in by_name(findings)["redis"].found


async def test_none_is_no_fault() -> None:
    assert amiss(await examined("")) == {"redis": Status.SKIPPED}


UNASKED = {"redis": Status.FAILED, "redis.writes": Status.SKIPPED}


async def test_one_that_was_stopped_is_away(valkey: ValkeyServer) -> None:
    valkey.stop()
    findings = await examined(valkey.url)
    assert amiss(findings) == UNASKED
    assert by_name(findings)["redis"].found == "no connection could be made"


async def test_one_that_hangs_is_given_up(valkey: ValkeyServer) -> None:
    assert valkey.pid
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        findings = await examined(valkey.url)
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
    assert amiss(findings) == UNASKED
    assert by_name(findings)["redis"].found == "it did not answer in time"


async def test_credentials_that_it_does_not_know_are_not_repeated(valkey: ValkeyServer) -> None:
    async with asked(valkey) as client:
        await client.config_set("requirepass", "another")
    findings = await examined(f"{valkey.url}?password={CANARY}")
    assert amiss(findings) == UNASKED
    assert by_name(findings)["redis"].found == "it does not accept our credentials"


@pytest.mark.parametrize("url", [f"http://u:{CANARY}@h/0", f"redis://u:{CANARY}@h:{CANARY}/0", CANARY])
async def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    findings = await examined(url)
    assert amiss(findings) == {"redis": Status.FAILED}
    assert by_name(findings)["redis"].remedy == "Set sessions.url anew."


WRITES = {"redis.writes": Status.FAILED}


async def test_one_without_memory_left_takes_no_key(valkey: ValkeyServer) -> None:
    async with asked(valkey) as client:
        await client.config_set("maxmemory", "1")
    findings = await examined(valkey.url)
    assert amiss(findings) == WRITES
    assert by_name(findings)["redis.writes"].found == "it is out of memory"


async def test_a_replica_takes_no_key(valkey: ValkeyServer) -> None:
    async with asked(valkey) as client:
        await client.replicaof("127.0.0.1", "1")
    findings = await examined(valkey.url)
    assert amiss(findings) == WRITES
    assert by_name(findings)["redis.writes"].found == "it is a replica, which cannot be written to"


@pytest.mark.parametrize("right", ["-set", "-@scripting"])
async def test_a_user_without_a_right_is_told_and_its_key_goes(valkey: ValkeyServer, right: str) -> None:
    async with asked(valkey) as client:
        await client.acl_setuser("poor", enabled=True, passwords=[f"+{CANARY}"], keys="*", commands=["+@all", right])
        findings = await examined(f"{valkey.url}?username=poor&password={CANARY}")
        assert amiss(findings) == WRITES
        assert by_name(findings)["redis.writes"].found in ("it does not let us do that", "it refused the command")
        for key in await client.keys("*"):
            assert 0 < await client.pttl(key) <= 10_000


async def test_one_that_does_not_say_what_it_is_is_well(valkey: ValkeyServer) -> None:
    async with asked(valkey) as client:
        await client.acl_setuser("quiet", enabled=True, passwords=[f"+{CANARY}"], keys="*", commands=["+@all", "-info"])
    findings = await examined(f"{valkey.url}?username=quiet&password={CANARY}")
    assert amiss(findings) == {}
    assert "does not say what it is" in by_name(findings)["redis"].found


def test_one_that_answers_late_is_done_without_soon() -> None:
    assert answered(0.2, limit=0.25, server=None).status is Status.WARNING
    assert answered(0.1, limit=0.25, server=None).status is Status.OK
