"""The database and the roles over an embedded PostgreSQL."""

from pathlib import Path

import asyncpg
import pytest

from gateway.embedded import roles
from gateway.embedded.layout import DataDirectory
from gateway.embedded.postgres import PostgresServer
from gateway.embedded.problems import StartupProblem
from gateway.embedded.valkey import ValkeyServer
from tests.fixtures.stack import ask, ping, running


async def test_preparing_twice_leaves_a_service_role_that_may_only_log_in(postgres_server: PostgresServer) -> None:
    for password in ("old", "it's new/@?"):
        await roles.prepare(postgres_server, database="a sea", service_role="the wall", service_password=password)
    dsn = postgres_server.dsn("a sea", "the wall", "it's new/@?")
    assert await ask(dsn, "SELECT current_user || ' in ' || current_database()") == "the wall in a sea"
    privileges = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication FROM pg_roles WHERE rolname = current_user"
    assert await ask(dsn, privileges) is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert await ask(dsn, owner) == postgres_server.owner
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(postgres_server.dsn("a sea", "the wall", "old"), "SELECT 1")
    assert "it's new" not in (postgres_server.directory.logs / "postgres.log").read_text()


async def test_preparing_without_a_server_is_a_startup_problem(tmp_path: Path) -> None:
    server = PostgresServer(DataDirectory(tmp_path / "data"))
    with running(server):
        pass
    with pytest.raises(StartupProblem, match="could not be prepared"):
        await roles.prepare(server, database="seawall", service_role="seawall_service", service_password="x")


async def test_the_session_servers_serve(postgres_server: PostgresServer, valkey_server: ValkeyServer) -> None:
    dsn = postgres_server.dsn("postgres", postgres_server.owner, postgres_server.owner_password)
    assert await ask(dsn, "SHOW max_connections") == "200"
    assert await ping(valkey_server)
