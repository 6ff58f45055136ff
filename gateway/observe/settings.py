"""What observation is told from outside."""

from dataclasses import dataclass, field
from enum import StrEnum

from buckets.settings import setting


class LogLevel(StrEnum):
    """The least that is worth a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a line is written: for machines or for people."""

    JSON = "json"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveSettings:
    """Logs and metrics."""

    log_level: LogLevel = field(default=LogLevel.INFO, metadata=setting("The least that is worth a line."))
    log_format: LogFormat = field(default=LogFormat.JSON, metadata=setting("How a line is written: for machines or for people."))
    bucket_series: int = field(
        default=100,
        metadata=setting("Buckets that each process counts by name; all others are counted together, as other.", most=10_000),
    )
