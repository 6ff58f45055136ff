"""The parts of `deploy/` that run without containers: the SQL for PostgreSQL, the start script of SeaweedFS's S3 gateway."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import asyncpg
import pytest

from buckets.catalog.migrate import Migrator
from gateway.embedded.binaries import find_postgres
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from tests.fixtures.stack import ask, running

DEPLOY = Path(__file__).parents[2] / "deploy"
OWNER, SERVICE = "o1" * 24, "s2" * 24
DATABASES = ["seawall", "seawall_test"]


class Official(PostgresServer):
    """Its superuser is named as in the official image."""

    owner: ClassVar[str] = "postgres"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """PostgreSQL after its first start with roles.sql, run by psql as the image's entry point runs it."""
    server = Official(DataDirectory(tmp_path_factory.mktemp("official")), extra_settings={"fsync": "off", "log_statement": "all"})
    with running(server):
        psql = [find_postgres().program("psql"), "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-f", str(DEPLOY / "postgres/roles.sql")]
        login = {"PGHOST": server.host, "PGUSER": server.owner, "PGPASSWORD": server.owner_password, "PGDATABASE": "postgres"}
        subprocess.run(
            psql,
            env={**os.environ, **login, "SEAWALL_OWNER_PASSWORD": OWNER, "SEAWALL_SERVICE_PASSWORD": SERVICE},
            check=True,
            capture_output=True,
            timeout=60,
        )
        yield server


@pytest.mark.parametrize("database", DATABASES)
async def test_the_owner_migrates_and_the_service_works(server: PostgresServer, database: str) -> None:
    service = server.dsn(database, "seawall_service", SERVICE)
    await Migrator(server.dsn(database, "seawall_owner", OWNER), "seawall_service").up()
    await Migrator(service, "seawall_service").check()
    assert await ask(service, "SELECT count(*) FROM account") == 0
    for statement in ("CREATE TABLE mine (id int)", "DROP TABLE account", "CREATE TEMPORARY TABLE mine (id int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(service, statement)


async def test_neither_role_may_more_than_its_database(server: PostgresServer) -> None:
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    for role, password in (("seawall_owner", OWNER), ("seawall_service", SERVICE)):
        assert (
            await ask(server.dsn("seawall", role, password), f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
        )


@pytest.mark.parametrize("database", DATABASES)
async def test_who_is_neither_does_not_get_in(server: PostgresServer, database: str) -> None:
    superuser = server.dsn("postgres", server.owner, server.owner_password)
    await ask(superuser, f"CREATE ROLE stranger_{database} LOGIN PASSWORD 'x'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(server.dsn(database, f"stranger_{database}", "x"), "SELECT 1")


def test_no_password_is_logged(server: PostgresServer) -> None:
    log = (server.directory.logs / "postgres.log").read_text("utf-8")
    assert "SET log_min_error_statement" in log
    assert OWNER not in log
    assert SERVICE not in log


def s3(config: Path, *command: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment: Mapping[str, str] = {
        "PATH": os.environ["PATH"], "S3_CONFIG": str(config), "S3_ACCESS_KEY": "a1b2", "S3_SECRET_KEY": "c3d4", **changes
    }  # fmt: skip
    script = ["sh", str(DEPLOY / "seaweedfs/s3.sh"), *command]
    return subprocess.run(script, env=environment, text=True, capture_output=True, timeout=30, check=False)


def test_the_s3_gateway_is_configured_for_one_identity_before_it_starts(tmp_path: Path) -> None:
    config = tmp_path / "s3.json"
    ended = s3(config, "sh", "-c", 'cat "$0"; env', str(config))
    document, _, environment = ended.stdout.partition("\n}\n")
    [identity] = json.loads(document + "}")["identities"]
    assert identity["credentials"] == [{"accessKey": "a1b2", "secretKey": "c3d4"}]
    assert identity["actions"] == ["Admin"]
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert "c3d4" not in environment


@pytest.mark.parametrize("changes", [{"S3_ACCESS_KEY": ""}, {"S3_SECRET_KEY": ""}, {"S3_SECRET_KEY": 'x", "y'}, {"S3_CONFIG": ""}])
def test_without_credentials_the_s3_gateway_does_not_start(tmp_path: Path, changes: dict[str, str]) -> None:
    ended = s3(tmp_path / "s3.json", "echo", "started", **changes)
    assert ended.returncode != 0
    assert ended.stdout == ""
