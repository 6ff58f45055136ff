"""`seawall backup -- COMMAND` beside a stack that is up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.acceptance.second import environment
from tests.acceptance.stack import PATIENCE, SEAWALL, Stack, up
from tests.fixtures.stack import ask

PINS = "SELECT count(*) FROM sweep_pin WHERE until > now()"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup") / "data"


@pytest.fixture(scope="module")
def stack(data: Path) -> Iterator[Stack]:
    with up(data) as stack:
        yield stack


def backup(data: Path, *command: str) -> subprocess.Popen[str]:
    variables = {**os.environ, **environment(DataDirectory(data))}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [str(SEAWALL), "backup", "--", *command], text=True, stdin=pipe, stdout=pipe, stderr=pipe, env=variables
    )


async def pins(data: Path) -> int:
    server = PostgresServer(DataDirectory(data))
    return int(await ask(server.dsn("seawall", server.owner, server.owner_password), PINS))


async def test_the_sweep_is_held_while_the_command_runs(stack: Stack, data: Path) -> None:
    with backup(data, sys.executable, "-c", "print('begun', flush=True); input(); raise SystemExit(7)") as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        assert await pins(data) == 1
        process.communicate("go on\n", timeout=PATIENCE)
    assert process.returncode == 7
    assert await pins(data) == 0


def test_the_options_of_the_command_are_its_own(stack: Stack, data: Path) -> None:
    with backup(data, sys.executable, "-c", "print('--config', '-h')") as process:
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (0, "--config -h\n")


async def test_a_command_that_is_not_there_leaves_the_sweep_alone(stack: Stack, data: Path) -> None:
    with backup(data, "/nonexistent/pg_dump") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (1, "Error: /nonexistent/pg_dump cannot be run: No such file or directory\n")
    assert await pins(data) == 0
