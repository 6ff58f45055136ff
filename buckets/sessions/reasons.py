"""Why a session store did not answer, in a fixed sentence: messages of the driver may hold an address or a value."""

from collections.abc import Iterator

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004  # the driver's, as its table is about
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

from buckets.errors import SessionsUnavailable

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (AuthenticationError, "it does not accept our credentials"),
    (BusyLoadingError, "it is still reading its data"),
    (NoPermissionError, "it does not let us do that"),
    (OutOfMemoryError, "it is out of memory"),
    (ReadOnlyError, "it is a replica, which cannot be written to"),
    (TimeoutError, "it did not answer in time"),  # ours: the driver's own limits are off
    (ResponseError, "it refused the command"),
    (ConnectionError, "no connection could be made"),
    (OSError, "no connection could be made"),
)


def reason(fault: SessionsUnavailable) -> str:
    """The first that fits any of the causes: what went wrong while a connection was made lies behind one that says only so."""
    causes = tuple(_causes(fault))
    return next((said for kind, said in _REASONS if any(isinstance(cause, kind) for cause in causes)), "it failed")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
