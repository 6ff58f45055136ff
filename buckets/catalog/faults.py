"""What goes wrong in PostgreSQL or on the way to it becomes ours here, and only here. Cancellation passes.

A reason is a fixed sentence: messages of the driver may hold an address or a value, so they stay in the cause.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from buckets.errors import CatalogBusy, CatalogUnavailable, StorageError

# A time limit is an OSError too, so this table is asked first. A statement that a migration made stale is prepared anew next time.
_PASSING = (
    TimeoutError,
    asyncpg.DeadlockDetectedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.LockNotAvailableError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.QueryCanceledError,
    asyncpg.SerializationError,
)
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (asyncpg.TooManyConnectionsError, "it has no connection left to give"),
    (asyncpg.CannotConnectNowError, "it is starting up or shutting down"),
    (asyncpg.AdminShutdownError, "it is shutting down"),
    (asyncpg.CrashShutdownError, "it is recovering from a crash"),
    (asyncpg.DiskFullError, "its disk is full"),
    (asyncpg.OutOfMemoryError, "it is out of memory"),
    (asyncpg.ReadOnlySQLTransactionError, "it is read-only"),
    (asyncpg.InvalidAuthorizationSpecificationError, "it does not accept our credentials"),
    (asyncpg.InvalidCatalogNameError, "the database does not exist"),
    (asyncpg.PostgresConnectionError, "the connection broke"),
    (ConnectionResetError, "the connection broke"),
    (BrokenPipeError, "the connection broke"),
    (OSError, "no connection could be made"),
    (asyncpg.ClientConfigurationError, "its address is not valid"),
    (asyncpg.InterfaceError, "its driver refused the call"),
    (ValueError, "its driver refused the call"),
    (asyncpg.InternalClientError, "its driver failed"),
)
_LOST = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DatabaseDroppedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.PostgresConnectionError,
    BrokenPipeError,
    ConnectionResetError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Around calls of the driver, and nothing else: a time limit or a broken pipe of somebody else is not the catalog's."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ValueError, OSError) as error:
        raise fault(error) from error


def fault(error: Exception) -> StorageError:
    """Our name for a foreign error."""
    if isinstance(error, _PASSING):
        return CatalogBusy()
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return CatalogUnavailable(reason)
    return CatalogUnavailable(f"it reported {getattr(error, 'sqlstate', None) or 'an unknown error'}")


def is_lost(error: BaseException | None) -> bool:
    """Whether the connection it happened on is gone, through no fault of the statement."""
    return isinstance(error, _LOST)


def is_answer(error: BaseException | None) -> bool:
    """Whether the server itself said no and the connection is as good as before."""
    return isinstance(error, asyncpg.PostgresError) and not is_lost(error)
