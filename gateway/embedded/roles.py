"""The database and the roles that Seawall works with."""

import asyncpg

from gateway.embedded.postgres import PostgresServer
from gateway.embedded.problems import StartupProblem

_CONNECT_TIMEOUT = 10
_STATEMENT_TIMEOUT = 60

# Statements about roles and databases take no parameters: the server itself quotes the names into them.
_DATABASE_EXISTS = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
_CREATE_DATABASE = "SELECT format('CREATE DATABASE %I OWNER %I', $1::text, $2::text)"
_ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"
_CREATE_ROLE = "SELECT format('CREATE ROLE %I', $1::text)"
_ALTER_ROLE = """
    SELECT format(
        'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', $1::text, $2::text
    )
"""


async def prepare(server: PostgresServer, *, database: str, service_role: str, service_password: str) -> None:
    """Make the database, owned by the owner, and the role that the service logs in as.

    Both may be there: the role gets the password. It may do nothing yet, the migrations grant it what it needs.
    """
    try:
        connection = await _connect(server)
        try:
            await _ensure_role(connection, service_role, service_password)
            await _ensure_database(connection, database, server.owner)
        finally:
            await connection.close(timeout=_CONNECT_TIMEOUT)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise StartupProblem(f"The database {database} could not be prepared: {error}") from error


async def _connect(server: PostgresServer) -> "asyncpg.Connection[asyncpg.Record]":
    dsn = server.dsn("postgres", server.owner, server.owner_password)
    return await asyncpg.connect(dsn, timeout=_CONNECT_TIMEOUT, command_timeout=_STATEMENT_TIMEOUT)


async def _ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str) -> None:
    if not await connection.fetchval(_ROLE_EXISTS, role):
        await connection.execute(await connection.fetchval(_CREATE_ROLE, role))
    await connection.execute(await connection.fetchval(_ALTER_ROLE, role, password))


async def _ensure_database(connection: "asyncpg.Connection[asyncpg.Record]", database: str, owner: str) -> None:
    if not await connection.fetchval(_DATABASE_EXISTS, database):
        await connection.execute(await connection.fetchval(_CREATE_DATABASE, database, owner))
