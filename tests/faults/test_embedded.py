"""The embedded servers: starting, dying and coming back, with real processes throughout."""

import asyncio
import os
import shutil
import signal
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gateway.embedded.binaries import PostgresBinaries, find_postgres
from gateway.embedded.layout import DataDirectory
from gateway.embedded.problems import StartupProblem
from gateway.embedded.valkey import ValkeyServer
from tests.fixtures.stack import BOUND, Stack, announced, ask, assert_gone, client_of, data_owner, ping, running, watched

_DEBIAN = PostgresBinaries(Path("/usr/lib/postgresql/15/bin"), 15)


def programs_that_stop_halfway(directory: Path) -> Path:
    """An initdb that makes half a cluster, opens the pipe and waits."""
    os.mkfifo(directory / "halfway")
    initdb = directory / "bin" / "initdb"
    initdb.parent.mkdir()
    (initdb.parent / "postgres").symlink_to(find_postgres().program("postgres"))
    initdb.write_text(f"""#!/bin/sh
{find_postgres().program("initdb")} "$@" || exit 1
for option; do case "$option" in --pgdata=*) rm "${{option#--pgdata=}}/global/pg_control";; esac; done
read _ < {directory}/halfway
""")
    initdb.chmod(0o755)
    return initdb.parent


def noting_refusals(
    restart: Callable[[], Awaitable[None]], refusals: asyncio.Queue[StartupProblem]
) -> Callable[[], Awaitable[None]]:
    async def note() -> None:
        try:
            await restart()
        except StartupProblem as problem:
            refusals.put_nowait(problem)
            raise

    return note


async def test_cold_start_serves_both(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        assert await ask(stack.dsn, "SHOW server_version") >= "18"
        assert await ask(stack.dsn, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
        assert await ping(stack.valkey)


async def test_warm_start_finds_the_data(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        await ask(stack.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    with Stack(tmp_path / "data") as stack:
        assert await ask(stack.dsn, "SELECT n FROM kept") == 7
        assert await ping(stack.valkey)


def test_a_stopped_stack_leaves_no_process_and_can_start_again(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data")
    for _ in range(2):
        stack.supervisor.start()
        with watched(stack.postgres.pid, stack.valkey.pid) as servers:
            stack.supervisor.stop()
            assert_gone(servers)


async def test_killing_the_owner_ends_the_servers_and_loses_nothing(tmp_path: Path) -> None:
    with data_owner(tmp_path / "data") as owner:
        started = announced(owner)
        await ask(started["dsn"], "CREATE TABLE kept AS SELECT 7 AS n")
        with watched(started["postgres"], started["valkey"]) as servers:
            owner.kill()
            assert_gone(servers)
    with Stack(tmp_path / "data") as stack:
        assert await ask(stack.dsn, "SELECT n FROM kept") == 7


async def test_a_start_right_after_a_kill_waits_for_the_dying_servers(tmp_path: Path) -> None:
    with data_owner(tmp_path / "data") as owner:
        started = announced(owner)
        await ask(started["dsn"], "CREATE TABLE kept AS SELECT 7 AS n")
        owner.kill()
        owner.wait(BOUND)
        with Stack(tmp_path / "data") as stack:
            assert await ask(stack.dsn, "SELECT n FROM kept") == 7
            assert stack.postgres.pid != started["postgres"]


@pytest.mark.parametrize("victim", ["postgres", "valkey"])
async def test_a_killed_server_is_started_again_in_the_same_place(tmp_path: Path, victim: str) -> None:
    with Stack(tmp_path / "data") as stack:
        dsn, url, pid = stack.dsn, stack.valkey.url, getattr(stack, victim).pid
        await ask(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
        async with stack.watching() as restarts:
            os.kill(pid, signal.SIGKILL)
            assert await asyncio.wait_for(restarts.get(), BOUND) == victim
        assert getattr(stack, victim).pid != pid
        assert (stack.dsn, stack.valkey.url) == (dsn, url)
        assert await ask(dsn, "SELECT n FROM kept") == 7
        assert await ping(stack.valkey)


async def test_a_server_that_cannot_come_back_is_tried_again_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stack(tmp_path / "data") as stack:
        refusals: asyncio.Queue[StartupProblem] = asyncio.Queue()
        monkeypatch.setattr(stack.valkey, "restart", noting_refusals(stack.valkey.restart, refusals))
        appended = stack.directory.valkey / "appendonlydir"
        (appended / "appendonly.aof.manifest").write_text("nonsense")
        async with stack.watching() as restarts:
            os.kill(stack.valkey.pid or 0, signal.SIGKILL)
            assert "valkey did not start" in str(await asyncio.wait_for(refusals.get(), BOUND))
            shutil.rmtree(appended)
            assert await asyncio.wait_for(restarts.get(), BOUND) == "valkey"


async def test_an_interrupted_first_start_heals(tmp_path: Path) -> None:
    with data_owner(tmp_path / "data", str(programs_that_stop_halfway(tmp_path))) as owner:
        descriptor = os.open(tmp_path / "halfway", os.O_WRONLY)  # opens when the other side does
        owner.kill()
        os.close(descriptor)
    assert any((tmp_path / "data").glob("postgres.new-*"))
    with Stack(tmp_path / "data") as stack:
        assert await ask(stack.dsn, "SELECT 7") == 7
        assert not any((tmp_path / "data").glob("postgres.new-*"))


def test_stale_files_that_name_a_living_process_do_not_block_the_start(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        directory = stack.directory
        lines = (directory.postgres / "postmaster.pid").read_text().splitlines()
    stale = "\n".join([str(os.getpid()), *lines[1:]]) + "\n"
    (directory.postgres / "postmaster.pid").write_text(stale)
    (directory.run / ".s.PGSQL.5432.lock").write_text(stale)
    with Stack(tmp_path / "data") as stack:
        assert stack.postgres.is_ready()


async def test_a_truncated_append_only_file_does_not_stop_the_start(tmp_path: Path) -> None:
    server = ValkeyServer(DataDirectory(tmp_path / "data"))
    with running(server):
        async with client_of(server) as client:
            await client.set("kept", "whole")
            await client.set("torn", "half")
    (appended,) = (server.directory.valkey / "appendonlydir").glob("*.incr.aof")
    os.truncate(appended, appended.stat().st_size - 3)
    with running(server):
        async with client_of(server) as client:
            assert await client.mget("kept", "torn") == ["whole", None]


def test_a_server_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    server = ValkeyServer(DataDirectory(tmp_path / "data"))
    server.start()
    server.stop_timeout = 0
    with watched(server.pid) as servers:
        os.kill(server.pid or 0, signal.SIGSTOP)
        server.stop()
        assert_gone(servers)


def test_a_server_whose_parent_is_gone_before_it_runs_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ValkeyServer(DataDirectory(tmp_path / "data"))
    monkeypatch.setattr("gateway.embedded.launch.os.getpid", lambda: 1)
    with pytest.raises(StartupProblem, match="valkey did not start: it said nothing"):
        server.start()


@pytest.mark.parametrize("name", ["d" * 100, "a, b", "50% #é?"])
async def test_sockets_that_cannot_lie_in_the_data_lie_elsewhere_while_they_live(tmp_path: Path, name: str) -> None:
    with Stack(tmp_path / name) as stack:
        run = stack.directory.run
        assert not run.is_relative_to(tmp_path)
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert await ask(stack.dsn, "SELECT 7") == 7
        assert await ping(stack.valkey)
    assert not run.exists()
    assert DataDirectory(tmp_path / name).run == run


@pytest.mark.skipif(not _DEBIAN.bin.is_dir(), reason="needs the postgresql-15 of Debian")
async def test_the_postgresql_of_a_distribution_serves_as_well(tmp_path: Path) -> None:
    with Stack(tmp_path / "data", binaries=_DEBIAN) as stack:
        assert await ask(stack.dsn, "SELECT 7") == 7
    with pytest.raises(StartupProblem, match="was made by PostgreSQL 15"):
        Stack(tmp_path / "data").supervisor.start()
