"""What a server, and the role that we are on it, say of themselves. Read only, over one connection and past the pool.

For whoever examines an installation, which may be one that no service could start on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import asyncpg

from buckets.catalog import statements
from buckets.catalog.faults import translated
from buckets.catalog.statements import Query
from buckets.errors import CatalogUnavailable
from buckets.names import AccessKey

_Q = statements.load("vitals")
_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the server is and what it promises; a limit below zero is none."""

    number: int
    version: str
    read_only: bool
    synced: bool
    awaited: bool
    total: int
    reserved: int
    role_limit: int
    database_limit: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who we are there. `owns` is true of whoever could become the owner, too."""

    name: str
    superuser: bool
    powers: frozenset[str]
    finds_schema: bool
    owns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What we may do with one table, view, partition or function, and with some of its columns."""

    name: str
    kind: str
    held: frozenset[str]
    partly: frozenset[str]


class Vitals:
    """Questions to one server."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def server(self) -> Server:
        return Server(**await self._row(_Q["tell_server"]))

    async def role(self) -> Role:
        row = dict(await self._row(_Q["tell_role"]))
        return Role(**row | {"powers": frozenset(row["powers"])})

    async def rights(self) -> list[Rights]:
        """Nothing where nothing was migrated."""
        return [
            Rights(name=row["name"], kind=row["kind"], held=frozenset(row["held"]), partly=frozenset(row["partly"]))
            for row in await self._rows(_Q["tell_rights"])
        ]

    async def missing_partitions(self) -> list[str]:
        return [row["name"] for row in await self._rows(_Q["missing_partitions"])]

    async def newest_key_pair(self) -> tuple[AccessKey, bytes] | None:
        """Its access key and its sealed secret."""
        for row in await self._rows(_Q["newest_key_pair"]):
            return AccessKey(row["access_key"]), row["sealed_secret"]
        return None

    async def _row(self, query: Query) -> asyncpg.Record:
        for row in await self._rows(query):
            return row
        raise CatalogUnavailable("it answered nothing")

    async def _rows(self, query: Query) -> list[asyncpg.Record]:
        with translated():
            return await self._connection.fetch(query.sql)


@asynccontextmanager
async def vitals(dsn: str, *, connect: float, statement: float) -> AsyncIterator[Vitals]:
    """Connected for as long as the context; CatalogUnavailable or CatalogBusy when that takes longer than `connect` seconds."""
    with translated():
        connection = await asyncpg.connect(
            dsn, timeout=connect, command_timeout=statement, server_settings={"application_name": "seawall-doctor"}
        )
    try:
        yield Vitals(connection)
    finally:
        connection.terminate()
