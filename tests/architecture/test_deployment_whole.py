"""What the deployment is made of, part by part, and that compose itself would read it.

`data/compose-spec.json` is the schema of the Compose Specification (github.com/compose-spec/compose-spec), unchanged, under the
Apache License 2.0 that lies beside it.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are a package of their own

from tests.architecture.compose_rules import mounts
from tests.architecture.deployment import DEPLOY, OURS, compose

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "data/compose-spec.json").read_text("utf-8")))
COMPOSE = compose()
SERVICES = COMPOSE["services"]
PASSING = {"migrate", "init"}
SEAWEEDFS = {"seaweedfs-master", "seaweedfs-volume", "seaweedfs-filer", "seaweedfs-s3"}
WRITTEN = {
    "postgres": "/var/lib/postgresql",
    "valkey": "/data",
    "seaweedfs-master": "/data",
    "seaweedfs-volume": "/data",
    "seaweedfs-filer": "/data",
    "clamd": "/var/lib/clamav",
    "prometheus": "/prometheus",
    "gateway": "/var/lib/seawall/blobs",
    "worker": "/var/lib/seawall/blobs",
    "init": "/var/lib/seawall/credentials",
}
"""What must outlast a container, by who writes it."""


def test_compose_reads_the_file() -> None:
    assert [error.message for error in SCHEMA.iter_errors(COMPOSE)] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(service={}),
        lambda tree: tree["services"]["gateway"].update(memory="1g"),
        lambda tree: tree["services"]["gateway"].update(ports=9000),
        lambda tree: tree["services"]["gateway"]["healthcheck"].update(every="10s"),
        lambda tree: tree["services"]["worker"]["depends_on"]["init"].update(condition="service_ready"),
        lambda tree: tree["services"]["worker"].update(environment=[1]),
        lambda tree: tree["networks"]["inside"].update(internal=[]),
        lambda tree: tree["volumes"].update(blobs="here"),
    ],
)
def test_what_compose_would_not_read_is_found(change: Callable[[dict[str, Any]], object]) -> None:
    tree = copy.deepcopy(COMPOSE)
    change(tree)
    assert list(SCHEMA.iter_errors(tree))


def test_every_part_is_there_and_whatever_stays_has_a_health_check() -> None:
    assert SERVICES.keys() == {*OURS, "postgres", "valkey", *SEAWEEDFS, "clamd", "prometheus"}
    assert {name for name, service in SERVICES.items() if "test" not in service["healthcheck"]} == PASSING


def test_each_seaweedfs_is_the_server_that_it_is_called() -> None:
    assert {f"seaweedfs-{SERVICES[name]['command'][0]}" for name in SEAWEEDFS} == SEAWEEDFS


@pytest.mark.parametrize(("name", "directory"), WRITTEN.items())
def test_what_must_outlast_a_container_is_a_named_volume(name: str, directory: str) -> None:
    [(source, _, rights)] = [mount for mount in mounts(SERVICES[name]) if mount[1] == PurePosixPath(directory)]
    assert source in COMPOSE["volumes"]
    assert rights == ""


def test_nobody_shares_a_volume_but_those_who_share_the_blobs() -> None:
    for volume in COMPOSE["volumes"]:
        users = {name for name, service in SERVICES.items() for source, _, _ in mounts(service) if source == volume}
        assert len(users) == 1 or (volume, users) == ("blobs", set(OURS))


def test_servers_write_where_their_volumes_are() -> None:
    script, rules = SERVICES["valkey"]["command"][-1], (DEPLOY / "clamav/clamd.conf").read_text("utf-8")
    assert f"--dir {WRITTEN['valkey']} " in script
    assert f"--storage.tsdb.path={WRITTEN['prometheus']} " in SERVICES["prometheus"]["command"][-1]
    assert f"DatabaseDirectory {WRITTEN['clamd']}\n" in rules


def test_the_roles_are_made_by_a_script_that_is_given_the_passwords_it_reads() -> None:
    [target] = [target for source, target, _ in mounts(SERVICES["postgres"]) if source == "./deploy/postgres/roles.sql"]
    assert target.parent == PurePosixPath("/docker-entrypoint-initdb.d")
    asked = set(re.findall(r"\\getenv \w+ (\w+)", (DEPLOY / "postgres/roles.sql").read_text("utf-8")))
    assert asked
    assert asked <= SERVICES["postgres"]["environment"].keys()


def test_the_start_script_of_the_s3_gateway_is_mounted_and_given_what_it_reads() -> None:
    service = SERVICES["seaweedfs-s3"]
    assert PurePosixPath(service["entrypoint"][1]) in [target for _, target, _ in mounts(service)]
    asked = set(re.findall(r"\$\{?(S3_\w+)", (DEPLOY / "seaweedfs/s3.sh").read_text("utf-8")))
    assert asked == service["environment"].keys()


def test_memory_for_files_is_part_of_the_memory_that_a_container_may_take() -> None:
    for name, service in SERVICES.items():
        files = sum(int(re.findall(r"size=(\d+)m", each)[0]) for each in service["tmpfs"])
        limit = service["mem_limit"]
        assert files * 2 < int(limit[:-1]) * {"m": 1, "g": 1024}[limit[-1]], name
