"""`seawall doctor` as an operator types it, over installations that are well, broken, or not there."""

import asyncio
import base64
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.config.config import variable
from gateway.embedded import roles
from gateway.embedded.binaries import find_postgres
from gateway.embedded.layout import DataDirectory
from seaweedfs.launch import LoneWeed
from tests.acceptance.stack import PATIENCE, SEAWALL, up
from tests.fixtures.stack import Stack, client_of
from tests.fixtures.weed import installed_weed

pytestmark = pytest.mark.slow

UNSCANNED = {"scanner"}
"""A warning where no clamd runs at the usual places; the machine of the tests may have one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was printed, and how it ended."""

    code: int
    text: str

    @property
    def findings(self) -> Mapping[str, Mapping[str, str]]:
        return {each["check"]: each for each in json.loads(self.text)["findings"]}

    @property
    def failed(self) -> set[str]:
        assert json.loads(self.text)["healthy"] is (self.code == 0)
        return {name for name, each in self.findings.items() if each["status"] == "failed"}

    @property
    def amiss(self) -> set[str]:
        return {name for name, each in self.findings.items() if each["status"] != "ok"} - UNSCANNED


@dataclass(frozen=True, slots=True)
class Installation:
    """Servers of somebody else's, what a service is told of them, and what may never be printed."""

    stack: Stack
    owner_dsn: str
    settings: Mapping[str, str]
    hidden: Sequence[str]

    def doctor(self, *arguments: str, shell: str = "", **changes: str) -> Said:
        settings = {**self.settings, **{name.replace("__", "."): value for name, value in changes.items()}}
        environment = {**os.environ, **{variable(name): value for name, value in settings.items()}}
        return examined(environment, "--json", *arguments, hidden=self.hidden, shell=shell)


def examined(environment: Mapping[str, str], *arguments: str, hidden: Sequence[str], shell: str = "", cwd: str = "/") -> Said:
    command = [str(SEAWALL), "doctor", *arguments]
    if shell:
        command = ["sh", "-c", f'{shell}; exec "$@"', "sh", *command]
    ended = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=PATIENCE, check=False, cwd=cwd)
    for secret in hidden:
        assert secret not in ended.stdout + ended.stderr
    assert ended.stderr == ""
    return Said(ended.returncode, ended.stdout)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    root = tmp_path_factory.mktemp("examined")
    with Stack(root / "servers") as stack:
        password, seal_key = secrets.token_hex(24), base64.b64encode(os.urandom(32)).decode("ascii")
        asyncio.run(roles.prepare(stack.postgres, database="seawall", service_role="seawall_service", service_password=password))
        owner = stack.postgres.dsn("seawall", stack.postgres.owner, stack.postgres.owner_password)
        settings = {
            "environment": "production",
            "catalog.dsn": stack.postgres.dsn("seawall", "seawall_service", password),
            "sessions.url": stack.valkey.url,
            "auth.seal_key": seal_key,
            "store.directory": str(root / "blobs"),
            "edge.ops_token": (token := secrets.token_hex(16)),
        }
        environment = {**os.environ, **{variable(name): value for name, value in settings.items()}}
        for command in (["migrate", "up"], ["init", "--credentials", str(root / "keys.json")]):
            whole = {**environment, **({variable("catalog.owner_dsn"): owner} if command[0] == "migrate" else {})}
            subprocess.run([str(SEAWALL), *command], env=whole, timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)
        yield Installation(stack, owner, settings, (password, seal_key, token, stack.postgres.owner_password))


def test_an_installation_that_is_well_is_told_so_and_shows_no_trace(installation: Installation) -> None:
    def traces() -> Sequence[Any]:
        blobs = [path for path in Path(installation.settings["store.directory"]).rglob("*") if path.is_file()]
        return [dumped(installation), blobs, asyncio.run(keys(installation))]

    before = traces()
    said = installation.doctor()
    assert (said.code, said.amiss - {"secrets"}) == (0, set())
    assert {"settings", "postgres", "redis", "store", "disk.blobs", "disk.temporary", "descriptors"} <= said.findings.keys()
    assert traces() == before


def dumped(installation: Installation) -> Sequence[str]:
    """Every row; each dump has two lines of its own."""
    command = [find_postgres().program("pg_dump"), "--data-only", installation.owner_dsn]
    dump = subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE, check=True).stdout
    return [line for line in dump.splitlines() if "restrict " not in line]


async def keys(installation: Installation) -> set[str]:
    async with client_of(installation.stack.valkey) as client:
        return set(map(str, await client.keys("*")))


def test_a_person_gets_a_line_each_and_below_it_what_to_do(installation: Installation) -> None:
    environment = {**os.environ, **{variable(name): value for name, value in installation.settings.items()}}
    said = examined({**environment, variable("auth.seal_key"): ""}, hidden=installation.hidden)
    lines = said.text.splitlines()
    assert said.code == 1
    at = next(number for number, line in enumerate(lines) if line.startswith("failed  settings.seal_key "))
    assert "openssl rand -base64 32" in lines[at + 1]
    assert lines[at + 1].startswith(" ")
    assert next(line for line in lines if line.startswith("ok      postgres "))
    assert "\033" not in said.text


CANARY = "c4n4ry" * 4
BROKEN = [
    ({"catalog__dsn": f"postgresql://u:{CANARY}@127.0.0.1:1/seawall"}, {"postgres"}),
    ({"catalog__dsn": ""}, {"postgres"}),
    ({"catalog__dsn": f"{CANARY}@@"}, {"postgres"}),
    ({"sessions__url": f"redis://u:{CANARY}@127.0.0.1:1/0"}, {"redis"}),
    ({"sessions__url": f"amqp://u:{CANARY}@127.0.0.1:1/0"}, {"redis"}),
    ({"store__directory": "/nowhere/to/be/seen"}, {"store", "disk.blobs"}),
    ({"store__kind": "seaweedfs", "store__endpoints": "http://127.0.0.1:1"}, {"store http://127.0.0.1:1"}),
    ({"store__kind": "seaweedfs", "store__endpoints": f"http://u:{CANARY}@h"}, {"store"}),
    ({"auth__seal_key": CANARY + CANARY}, {"settings"}),
    ({"auth__seal_key": (CANARY * 2)[:44]}, {"settings.seal_key"}),
    ({"auth__seal_key": base64.b64encode(b"x" * 32).decode("ascii")}, {"postgres.seal"}),
    ({"workers": "256"}, {"postgres.connections"}),
    ({"edge__ops_host": "0.0.0.0", "edge__ops_token": ""}, {"settings"}),
    ({"catalog__pool_min": "9", "catalog__pool_max": "5"}, {"settings"}),
]


@pytest.mark.parametrize(("changes", "failed"), BROKEN)
def test_what_is_set_wrong_fails_alone_and_is_not_repeated(
    installation: Installation, changes: dict[str, str], failed: set[str]
) -> None:
    said = installation.doctor(**changes)
    assert said.code == 1
    assert said.failed == failed
    assert CANARY not in said.text
    assert all(said.findings[name]["remedy"] for name in failed)


def test_parts_whose_settings_are_broken_are_left_out_and_the_others_not(installation: Installation) -> None:
    said = installation.doctor("--set", "edge.no=1", "--set", "catalog.pool_max=many")
    assert said.failed == {"settings"}
    assert said.findings["postgres"]["status"] == "skipped"
    assert said.findings["redis"]["status"] == "ok"
    assert said.findings["store"]["status"] == "ok"


def test_a_flag_goes_before_the_environment_and_that_before_familiar_names_and_a_file(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "seawall.toml"
    file.write_text('[store]\ndirectory = "/from/the/file"\n[sessions]\nurl = "redis://127.0.0.1:2/0"\n')
    file.chmod(0o600)
    said = installation.doctor("--config", str(file), "--set", "catalog.dsn=")
    assert said.failed == {"postgres"}
    assert "DATABASE_URL" in said.findings["postgres"]["found"]


def test_a_secret_that_everybody_may_read_is_told(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(installation.settings["auth.seal_key"])
    settings = {name: value for name, value in installation.settings.items() if name != "auth.seal_key"}
    bare = Installation(installation.stack, installation.owner_dsn, settings, installation.hidden)
    file.chmod(0o600)
    assert bare.doctor("--set", f"auth.seal_key_file={file}").findings["secrets"]["status"] == "ok"
    file.chmod(0o604)
    said = bare.doctor("--set", f"auth.seal_key_file={file}")
    assert said.failed == {"settings"}
    assert "chmod o-r" in said.findings["settings"]["found"]


def test_a_file_of_settings_that_everybody_may_read_is_told_where_it_holds_a_secret(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "seawall.toml"
    file.write_text(f'[sessions]\nurl = "redis://u:{CANARY}@127.0.0.1:1/0"\n')
    file.chmod(0o644)
    settings = {**installation.settings, "environment": "development"}
    del settings["sessions.url"]
    said = Installation(installation.stack, "", settings, (*installation.hidden, CANARY)).doctor("--config", str(file))
    assert said.failed == {"secrets", "redis"}
    assert said.findings["secrets"]["remedy"] == f"chmod o= {file}"


@pytest.mark.parametrize(("limit", "status"), [(200, "failed"), (2000, "warning")])
def test_too_few_descriptors_are_told(installation: Installation, limit: int, status: str) -> None:
    said = installation.doctor(shell=f"ulimit -n {limit}")
    assert said.findings["descriptors"]["status"] == status
    assert said.code == (status == "failed")


def test_servers_that_stand_still_are_given_up(installation: Installation) -> None:
    pids = [installation.stack.postgres.pid, installation.stack.valkey.pid]
    try:
        for pid in pids:
            os.kill(pid or 0, signal.SIGSTOP)
        said = installation.doctor("--set", "catalog.connect_timeout=1")
    finally:
        for pid in pids:
            os.kill(pid or 0, signal.SIGCONT)
    assert said.failed == {"postgres", "redis"}
    assert said.findings["store"]["status"] == "ok"


class TestTrial:
    """What `seawall up` makes."""

    @staticmethod
    def doctor(data: Path, *arguments: str) -> Said:
        hidden = [file.read_text("ascii") for file in (data / "secrets").glob("*")]
        return examined(os.environ, "--json", "--data", str(data), *arguments, hidden=hidden)

    def test_it_is_well_while_it_runs_and_says_what_to_start_when_not(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with up(data):
            said = self.doctor(data)
            assert (said.code, said.amiss) == (0, set())
        before = sorted(data.rglob("*"))
        said = self.doctor(data)
        assert said.failed == {"postgres", "redis"}
        assert all(f"seawall up --data {data}" in said.findings[name]["remedy"] for name in said.failed)
        assert said.findings["store"]["status"] == "ok"
        assert sorted(data.rglob("*")) == before
        (data / "secrets/seal-key").chmod(0o644)
        assert "secrets" in self.doctor(data).failed
        (data / "secrets/seal-key").unlink()
        self.refused(data, "restore it")
        assert not (data / "secrets/seal-key").exists()

    @staticmethod
    def refused(data: Path, said: str) -> None:
        command = [str(SEAWALL), "doctor", "--data", str(data)]
        ended = subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE, check=False)
        assert ended.returncode == 1
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr

    def test_where_nothing_was_made_nothing_is_made(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "data", "seawall up")
        assert not (tmp_path / "data").exists()

    def test_one_over_seaweedfs_is_found_by_what_its_directory_remembers(self, tmp_path: Path) -> None:
        binary, data = installed_weed(), tmp_path / "data"
        with up(data, "--store", "seaweedfs"):
            said = self.doctor(data)
            assert (said.code, said.amiss) == (0, set())
        door = f"store {LoneWeed(directory=DataDirectory(data).root / 'weed', binary=binary).endpoint}"
        said = self.doctor(data)
        assert said.failed == {"postgres", "redis", door}
        assert said.findings[door]["found"] == "no answer"
