"""One connection for a while."""

import logging
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import asyncpg
import asyncpg.transaction
from asyncpg.pool import PoolConnectionProxy

from buckets.catalog.faults import is_answer, translated
from buckets.catalog.statements import Query
from buckets.errors import CatalogUnavailable, StorageError
from buckets.ports import Clock, Meter

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class Stopwatch:
    """Measures queries, and names the slow ones in the log: the name only, for arguments are other people's data."""

    def __init__(self, meter: Meter, clock: Clock, *, slow: float) -> None:
        self._meter = meter
        self._clock = clock
        self._slow = slow

    @contextmanager
    def over(self, name: str) -> Iterator[None]:
        began = self._clock.monotonic()
        try:
            yield
        finally:
            took = self._clock.monotonic() - began
            self._meter.observe("seawall_catalog_query_seconds", took, query=name)
            if took >= self._slow:
                _log.warning("The query %s took %.3f s", name, took)


class Session:
    """Queries by name on one connection. They leave nothing behind on it: no SET, no LISTEN, no session lock."""

    def __init__(self, connection: "PoolConnectionProxy[asyncpg.Record]", stopwatch: Stopwatch) -> None:
        self._connection = connection
        self._stopwatch = stopwatch
        self._transaction: asyncpg.transaction.Transaction | None = None
        self._sound = True
        self._committing = False

    @property
    def reusable(self) -> bool:
        """Whether somebody else may have the connection next."""
        return self._sound and self._transaction is None

    @property
    def committing(self) -> bool:
        """Whether COMMIT was sent: an error after that leaves open what became of the transaction."""
        return self._committing

    async def rows(self, query: Query, *args: object) -> list[asyncpg.Record]:
        return await self._ask(query.name, self._connection.fetch(query.sql, *args))

    async def row(self, query: Query, *args: object) -> asyncpg.Record | None:
        return await self._ask(query.name, self._connection.fetchrow(query.sql, *args))

    async def run(self, query: Query, *args: object) -> None:
        await self._ask(query.name, self._connection.execute(query.sql, *args))

    async def copy(self, name: str, lines: Sequence[Sequence[Any]], *, table: str, columns: Sequence[str]) -> None:
        """Add rows to a table, all or none."""
        await self._ask(name, self._connection.copy_records_to_table(table, columns=columns, records=lines))

    async def begin(self) -> None:
        self._transaction = self._connection.transaction()
        await self._ask("begin", self._transaction.start())

    async def commit(self) -> None:
        """Raises when a statement had failed: the server would answer such a COMMIT with a silent rollback."""
        if self._transaction is None or not self._sound:
            raise CatalogUnavailable("a statement of the transaction had failed")
        self._committing = True
        await self._ask("commit", self._transaction.commit())
        self._transaction = None

    async def rollback(self) -> None:
        """Where it cannot be done, the connection stays unfit for reuse and its end undoes the transaction."""
        if self._transaction is not None and self._sound:
            with suppress(StorageError):
                await self._ask("rollback", self._transaction.rollback())
                self._transaction = None

    async def _ask(self, name: str, answer: Awaitable[_Answer]) -> _Answer:
        sound, self._sound = self._sound, False  # whatever cuts us short, cancellation too, finds the connection unfit
        try:
            with self._stopwatch.over(name), translated():
                result = await answer
        except StorageError as error:
            self._sound = sound and self._transaction is None and is_answer(error.__cause__)
            raise
        self._sound = sound
        return result
