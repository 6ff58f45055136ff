"""Who the embedded servers run as, and what they leave alone."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded.binaries import PostgresBinaries, find_postgres
from gateway.embedded.identity import unprivileged
from gateway.embedded.postgres import PostgresServer
from gateway.embedded.problems import StartupProblem
from tests.fixtures.stack import Stack, announced, ask, assert_gone, data_owner, watched

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def modes_above(*paths: Path) -> dict[Path, tuple[int, int]]:
    return {parent: ((found := parent.stat()).st_mode, found.st_uid) for path in paths for parent in [path, *path.parents]}


def owner_of(path: Path) -> int:
    return path.stat().st_uid


def program_of(server: PostgresServer) -> Path:
    return Path(f"/proc/{server.pid}/exe").readlink()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user can get to."""
    directory = Path(tempfile.mkdtemp(prefix="seawall-test-"))
    directory.chmod(0o777)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def normal_user() -> dict[str, Any]:
    """How to run Python as somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    user: dict[str, Any] = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
    check = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    with suppress(OSError):
        if subprocess.run(check, check=False, capture_output=True, cwd="/", **user).returncode == 0:
            return {"python": python, **user}
    pytest.skip("there is no Python 3.11 that `nobody` can run")


def test_everything_in_the_data_directory_is_private(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        root = stack.directory.root
        assert {stat.S_IMODE(path.stat().st_mode) for path in [root, *root.iterdir()]} == {0o700}
        assert {stat.S_IMODE(path.stat().st_mode) for path in stack.directory.secrets.iterdir()} == {0o600}


def test_no_directory_outside_of_the_data_changes_its_mode_or_owner(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    before = modes_above(tmp_path / "home", Path.home(), Path(sys.prefix))
    with Stack(tmp_path / "home" / "data"):
        pass
    assert modes_above(tmp_path / "home", Path.home(), Path(sys.prefix)) == before


@as_root
async def test_root_without_user_namespaces_serves_as_another_user(open_directory: Path) -> None:
    nobody = unprivileged(namespaces=False)
    with Stack(open_directory / "data", identity=nobody) as stack:
        assert owner_of(stack.directory.postgres) == owner_of(Path(f"/proc/{stack.postgres.pid}")) == nobody.uid != 0
        await ask(stack.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    with Stack(open_directory / "data", identity=nobody) as stack:
        assert await ask(stack.dsn, "SELECT n FROM kept") == 7


@as_root
async def test_data_is_handed_from_one_identity_to_the_next(open_directory: Path) -> None:
    with Stack(open_directory / "data", identity=unprivileged(namespaces=False)) as stack:
        await ask(stack.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    with Stack(open_directory / "data", identity=unprivileged(namespaces=True)) as stack:
        assert await ask(stack.dsn, "SELECT n FROM kept") == 7
        assert owner_of(stack.directory.postgres) == 0


@as_root
async def test_binaries_in_a_closed_home_are_copied_to_where_they_can_be_run(open_directory: Path, tmp_path: Path) -> None:
    package = find_postgres().bin.parents[1]
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        (home / name).symlink_to(package.with_name(name))
    closed = PostgresBinaries(home / package.name / "pginstall18" / "bin", 18)
    for _ in range(2):
        with Stack(open_directory / "data", identity=unprivileged(namespaces=False), binaries=closed) as stack:
            assert program_of(stack.postgres).is_relative_to(stack.directory.programs)
            assert await ask(stack.dsn, "SELECT 7") == 7


@as_root
async def test_a_volume_of_somebody_else_is_opened_to_the_server_only(open_directory: Path) -> None:
    (volume := open_directory / "volume").mkdir(mode=0o700)
    shutil.chown(volume, "nobody")
    with Stack(volume, identity=unprivileged(namespaces=True)) as stack:
        assert await ask(stack.dsn, "SELECT 7") == 7
        assert (owner_of(volume), stat.S_IMODE(volume.stat().st_mode)) == (pwd.getpwnam("nobody").pw_uid, 0o710)


@as_root
def test_data_in_a_closed_home_needs_user_namespaces(tmp_path: Path) -> None:
    before = modes_above(tmp_path)
    with pytest.raises(StartupProblem, match="choose a data directory outside of private homes"):
        Stack(tmp_path / "data", identity=unprivileged(namespaces=False)).supervisor.start()
    assert modes_above(tmp_path) == before


async def test_a_normal_user_can_own_a_stack(open_directory: Path, normal_user: dict[str, Any]) -> None:
    with data_owner(open_directory / "data", **normal_user) as owner:
        started = announced(owner)
        assert await ask(started["dsn"], "SELECT 7") == 7
        with watched(started["postgres"], started["valkey"]) as servers:
            owner.kill()
            assert_gone(servers)
