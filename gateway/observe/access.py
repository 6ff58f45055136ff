"""The one line per request."""

import logging

import structlog

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
_level = logging.getLogger("gateway.access")


def access(
    *,
    method: str,
    path: str,
    status: str,
    seconds: float,
    received: int = 0,
    sent: int = 0,
    surface: str = "",
    operation: str = "",
    address: str = "",
    agent: str = "",
) -> None:
    """Write the line of one request. Of its target only the path: the query may hold a signature."""
    if not _level.isEnabledFor(logging.INFO):  # asked first: a line that nobody wants is not worth putting together
        return
    facts: dict[str, str | int | float] = {
        "logger": _level.name,
        "surface": surface,
        "operation": operation,
        "method": method,
        "path": path.partition("?")[0],
        "status": status,
        "seconds": round(seconds, 6),
        "received": received,
        "sent": sent,
        "address": address,
        "agent": agent,
    }
    _log.info("request", **{name: fact for name, fact in facts.items() if fact != ""})
