"""docker-compose.yml against its own rules, against the settings, and against the files that it mounts. No engine is needed."""

import base64
import copy
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

from gateway.cli.main import seawall
from gateway.cli.workers import MARGIN
from gateway.config.config import OPTIONS, variable
from gateway.config.load import load
from gateway.config.problems import BrokenSettings
from gateway.config.sources import PREFIX
from gateway.edge.settings import EdgeSettings
from tests.architecture.compose_rules import mounts, violations
from tests.architecture.deployment import DEPLOY, OURS, ROOT, Missing, compose, env_file, resolved, variables

COMPOSE = compose()
ASKED, MENTIONED = env_file(DEPLOY / ".env.example")
FILLED = {
    **{name: f"{number:048x}" for number, name in enumerate(ASKED)},
    "SEAWALL_SEAL_KEY": base64.b64encode(bytes(32)).decode("ascii"),
    "SEAWALL_PUBLIC_URL": "https://files.example.org",
}
SERVICES = resolved(COMPOSE, FILLED)["services"]
ROLES = (DEPLOY / "postgres/roles.sql").read_text("utf-8")


def planted(change: Callable[[dict[str, Any]], object]) -> list[str]:
    tree = copy.deepcopy(COMPOSE)
    change(tree["services"])
    return violations(tree)


def test_compose_keeps_its_rules() -> None:
    assert violations(COMPOSE) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda services: services["gateway"].update(privileged=True),
        lambda services: services["gateway"].update(user="0:0"),
        lambda services: services["gateway"].pop("healthcheck"),
        lambda services: services["gateway"].pop("mem_limit"),
        lambda services: services["gateway"].update(ports=["0.0.0.0:9000:9000"]),
        lambda services: services["gateway"].update(ports=["127.0.0.1:80:80"]),
        lambda services: services["gateway"]["networks"].remove("inside"),
        lambda services: services["worker"].update(restart="no"),
        lambda services: services["worker"]["depends_on"].update(migrate={"condition": "service_healthy"}),
        lambda services: services["worker"]["depends_on"].update(nobody={"condition": "service_healthy"}),
        lambda services: services["postgres"].update(image="postgres:latest"),
        lambda services: services["postgres"].update(image="postgres:18"),
        lambda services: services["postgres"].update(volumes=["elsewhere:/var/lib/postgresql"]),
        lambda services: services["postgres"].update(volumes=["./deploy/nothing:/x:ro"]),
        lambda services: services["seaweedfs-master"].update(networks=["inside", "outside"]),
        lambda services: services["seaweedfs-s3"].update(volumes=["./deploy/seaweedfs/s3.sh:/etc/seaweedfs/s3.sh"]),
        lambda services: services["valkey"].update(cap_drop=["NET_RAW"]),
    ],
)
def test_what_breaks_a_rule_is_found(change: Callable[[dict[str, Any]], object]) -> None:
    assert planted(change)


def settings(name: str) -> Mapping[str, str]:
    return {key: text for key, text in SERVICES[name].get("environment", {}).items() if key.startswith(PREFIX)}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_ours_is_a_setting_and_nothing_refuses_to_start(name: str) -> None:
    assert SERVICES[name]["environment"].keys() == settings(name).keys()
    loaded = load(environ=settings(name))
    assert loaded.config.environment == "production"
    assert {dotted for dotted, source in loaded.sources.items() if source != "default"} == {
        dotted for dotted in OPTIONS if variable(dotted) in settings(name)
    }


@pytest.mark.parametrize("name", OURS)
def test_each_knows_only_the_database_login_that_it_needs(name: str) -> None:
    catalog = load(environ=settings(name)).config.catalog
    assert bool(catalog.owner_dsn) is (name == "migrate")
    login = urlsplit((catalog.owner_dsn or catalog.dsn).reveal())
    role = "seawall_owner" if name == "migrate" else catalog.service_role
    assert (login.username, login.hostname, login.port, login.path) == (role, "postgres", 5432, "/seawall")
    assert f"CREATE ROLE {role} LOGIN NOSUPERUSER" in ROLES
    assert login.password == FILLED["SEAWALL_OWNER_PASSWORD" if name == "migrate" else "SEAWALL_SERVICE_PASSWORD"]


def test_without_the_token_of_the_operations_listener_the_gateway_refuses_to_start() -> None:
    with pytest.raises(BrokenSettings, match=r"edge\.ops_token"):
        load(environ={**settings("gateway"), variable("edge.ops_token"): ""})


@pytest.mark.parametrize("name", OURS)
def test_commands_of_ours_are_understood(name: str) -> None:
    command: click.Command = seawall
    words = list(SERVICES[name]["command"])
    with click.Context(command) as context:
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None
            command = found
        command.make_context(name, words).close()


@pytest.mark.parametrize("name", sorted(ASKED))
def test_compose_does_not_go_on_without(name: str) -> None:
    with pytest.raises(Missing, match=f"{name}: .{{10}}"):
        resolved(COMPOSE, {**FILLED, name: ""})


def test_the_example_environment_asks_for_what_compose_needs_and_gives_no_secret_away() -> None:
    asked = {name: "" for name, default in variables(COMPOSE["services"]) if default is None}
    mentioned = {(name, default) for name, default in variables(COMPOSE["services"]) if default is not None}
    assert asked == ASKED
    assert mentioned == set(MENTIONED.items())


def test_nothing_that_looks_like_a_secret_has_a_default() -> None:
    for name, service in COMPOSE["services"].items():
        for key, text in service.get("environment", {}).items():
            secret = key in {variable(dotted) for dotted, option in OPTIONS.items() if option.secret}
            if secret or re.search(r"PASSWORD|KEY|TOKEN|SECRET", key):
                assert [default for _, default in variables(text)] == [None], f"{name}: {key}"


def test_requests_in_flight_have_their_time_before_a_container_is_killed() -> None:
    for name in OURS:
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > EdgeSettings().drain_seconds + MARGIN


def test_ports_are_those_of_the_settings() -> None:
    edge = load(environ=settings("gateway")).config.edge
    assert SERVICES["gateway"]["ports"] == [f"127.0.0.1:{edge.port}:{edge.port}"]
    assert (edge.host, edge.ops_host) == ("0.0.0.0", "0.0.0.0")


def test_ours_write_only_where_the_image_lets_them() -> None:
    for name in OURS:
        for source, target, _ in mounts(SERVICES[name]):
            assert target.parent == PurePosixPath("/var/lib/seawall"), source
    assert PurePosixPath(load(environ=settings("worker")).config.store.directory) in [
        target for _, target, _ in mounts(SERVICES["worker"])
    ]
    credentials = PurePosixPath(SERVICES["init"]["command"][-1])
    assert credentials.parent in [target for _, target, _ in mounts(SERVICES["init"])]


def test_the_store_is_where_seaweedfs_answers() -> None:
    store = load(environ=settings("gateway")).config.store
    health = urlsplit(SERVICES["seaweedfs-s3"]["healthcheck"]["test"][-1])
    assert store.endpoints == f"http://seaweedfs-s3:{health.port}"
    identity = SERVICES["seaweedfs-s3"]["environment"]
    assert (store.access_key, store.secret_key.reveal()) == (identity["S3_ACCESS_KEY"], identity["S3_SECRET_KEY"])
    assert f"-config={identity['S3_CONFIG']}" in SERVICES["seaweedfs-s3"]["command"]


def test_seaweedfs_finds_itself_tells_nobody_and_opens_no_other_door() -> None:
    for name, service in SERVICES.items():
        if name.startswith("seaweedfs-"):
            for argument in service["command"]:
                if match := re.match(r"-(?:ip|master|filer)=([a-z][\w-]*)", argument):
                    assert match[1] in SERVICES, argument
    assert "-telemetry=false" in SERVICES["seaweedfs-master"]["command"]
    assert {"-autoCreateBucket=false", "-iam=false", "-port.iceberg=0", "-port.lance=0"} <= set(SERVICES["seaweedfs-s3"]["command"])


def test_the_session_store_is_valkey_with_its_password() -> None:
    url = urlsplit(load(environ=settings("gateway")).config.sessions.url.reveal())
    assert (url.hostname, url.port, url.password) == ("valkey", 6379, SERVICES["valkey"]["environment"]["VALKEY_PASSWORD"])


def test_a_test_database_is_made_too() -> None:
    assert re.findall(r"CREATE DATABASE (\w+)", ROLES) == ["seawall", "seawall_test"]


def test_the_image_has_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"seawall:{version}"}
    assert f'image.version="{version}"' in (DEPLOY / "Dockerfile").read_text("utf-8")
