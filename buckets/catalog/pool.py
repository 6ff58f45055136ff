"""The connections of this process, in lanes, so that no kind of work starves another.

A query waits for a connection no longer than the pool is patient, and gets only errors of ours. A connection that was left amid
something is never given to anybody else. Prepared statements live on the connection: a PgBouncer in between is not supported.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from typing import Any, Self, TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from buckets.catalog.faults import is_lost, translated
from buckets.catalog.session import Session, Stopwatch
from buckets.catalog.statements import Query
from buckets.errors import BrokenSetting, CatalogBusy, CatalogUnavailable, OutcomeUnknown, StorageError
from buckets.ports import Clock, Meter, PoolState

__all__ = ["Lane", "Pool", "Session"]

_Answer = TypeVar("_Answer")
_Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"


class Lane(Enum):
    """A share of the connections."""

    LOOKUP = auto()
    COMMIT = auto()
    OTHER = auto()


class Pool:
    """All queries of this process go through here."""

    def __init__(self, connections: "asyncpg.Pool[asyncpg.Record]", stopwatch: Stopwatch, *, patience: float) -> None:
        self._connections = connections
        self._stopwatch = stopwatch
        self._patience = patience
        self._lanes = {lane: asyncio.Semaphore(width) for lane, width in widths(connections.get_max_size()).items()}
        self._waiting = 0

    @classmethod
    async def open(
        cls,
        meter: Meter,
        clock: Clock,
        *,
        dsn: str,
        minimum: int = 2,
        maximum: int = 10,
        acquire: float = 5.0,
        connect: float = 10.0,
        idle: float = 30.0,
        statement: float = 30.0,
        slow: float = 0.5,
    ) -> Self:
        """CatalogUnavailable when no connection is made in `connect` seconds; once open, a pool outlives restarts of the server."""
        widths(maximum)
        connections = asyncpg.create_pool(
            dsn,
            min_size=min(minimum, maximum),
            max_size=maximum,
            max_queries=1_000_000,
            max_inactive_connection_lifetime=idle,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            reset=_leave_as_it_is,
            timeout=connect,
            command_timeout=statement + 1,  # the server's own limit comes first, and leaves the connection whole
            server_settings=_server_settings(statement),
        )
        await _connect(connections, connect)
        return cls(connections, Stopwatch(meter, clock, slow=slow), patience=acquire)

    async def close(self) -> None:
        """Lets running queries finish, as long as a caller would have waited for a connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._connections.close()

    def state(self) -> PoolState:
        pool = self._connections
        return PoolState(size=pool.get_size(), idle=pool.get_idle_size(), waiting=self._waiting, max=pool.get_max_size())

    async def rows(self, query: Query, *args: object, lane: Lane = Lane.OTHER, idempotent: bool = True) -> list[asyncpg.Record]:
        return await self._single(lambda session: session.rows(query, *args), lane, idempotent)

    async def row(self, query: Query, *args: object, lane: Lane = Lane.OTHER, idempotent: bool = True) -> asyncpg.Record | None:
        return await self._single(lambda session: session.row(query, *args), lane, idempotent)

    async def run(self, query: Query, *args: object, lane: Lane = Lane.OTHER, idempotent: bool = False) -> None:
        await self._single(lambda session: session.run(query, *args), lane, idempotent)

    async def copy(self, name: str, lines: Sequence[Sequence[Any]], *, table: str, columns: Sequence[str]) -> None:
        """Add rows to a table, all or none; what is measured goes by the name."""
        async with self.session(Lane.OTHER) as session:
            await session.copy(name, lines, table=table, columns=columns)

    @asynccontextmanager
    async def transaction(self, lane: Lane = Lane.OTHER) -> AsyncIterator[Session]:
        """All or nothing. A StorageError that the caller raises rolls back; whatever else leaves early ends the connection too."""
        async with self.session(lane) as session:
            await session.begin()
            try:
                yield session
            except StorageError:
                await session.rollback()
                raise
            await _commit(session)

    @asynccontextmanager
    async def session(self, lane: Lane) -> AsyncIterator[Session]:
        """A connection for several queries."""
        connection = await self._acquire(self._lanes[lane])
        session = Session(connection, self._stopwatch)
        try:
            yield session
        finally:
            try:
                await self._give_back(connection, reusable=session.reusable)
            finally:
                self._lanes[lane].release()

    async def expire(self) -> None:
        """Every connection is replaced before it is used again."""
        await self._connections.expire_connections()

    async def _single(self, ask: Callable[[Session], Awaitable[_Answer]], lane: Lane, idempotent: bool) -> _Answer:
        """One query; once more when its connection turns out to have died and asking twice does no harm."""
        try:
            async with self.session(lane) as session:
                return await ask(session)
        except CatalogUnavailable as fault:
            if not idempotent or not is_lost(fault.__cause__):
                raise
        await self.expire()  # its neighbours died with it as a rule, and the second try is the last
        async with self.session(lane) as session:
            return await ask(session)

    async def _acquire(self, permits: asyncio.Semaphore) -> _Connection:
        """One time limit over both waits: for the lane and for the connection."""
        self._waiting += 1
        try:
            with translated():
                async with asyncio.timeout(self._patience):
                    return await self._take(permits)
        finally:
            self._waiting -= 1

    async def _take(self, permits: asyncio.Semaphore) -> _Connection:
        await permits.acquire()
        try:
            return await self._connections.acquire()
        except BaseException:
            permits.release()
            raise

    async def _give_back(self, connection: _Connection, *, reusable: bool) -> None:
        """Never fails: what the session did is done, and a connection that ends badly is replaced."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            if not reusable:
                connection.terminate()
            await self._connections.release(connection)


async def _commit(session: Session) -> None:
    try:
        await session.commit()
    except StorageError as fault:
        if session.committing:
            raise OutcomeUnknown from fault
        raise


def widths(maximum: int) -> Mapping[Lane, int]:
    """How many connections a lane has. Together they are the maximum, so who has a permit has a connection."""
    if maximum < len(Lane):
        raise BrokenSetting(f"The catalog needs at least {len(Lane)} connections, {maximum} are allowed")
    lookup = min(2, maximum - 2)
    commit = min(2, maximum - lookup - 1)
    return {Lane.LOOKUP: lookup, Lane.COMMIT: commit, Lane.OTHER: maximum - lookup - commit}


async def _connect(connections: "asyncpg.Pool[asyncpg.Record]", limit: float) -> None:
    try:
        with translated():
            async with asyncio.timeout(limit):
                await connections
    except CatalogBusy as fault:
        raise CatalogUnavailable("no connection could be made in time") from fault


async def _leave_as_it_is(_: object) -> None:
    """Sessions leave no state on a connection, so the round trip that would reset it is saved."""


def _server_settings(statement: float) -> dict[str, str]:
    limit = f"{statement * 1000:.0f}"
    return {
        "application_name": "seawall",
        "timezone": "UTC",
        "jit": "off",
        "enable_seqscan": "off",  # plans stay: one that was made while its table was empty must not read all of it later
        "statement_timeout": limit,
        "idle_in_transaction_session_timeout": limit,
        "client_connection_check_interval": "1000",  # a query whose connection we ended gives its locks back
    }
