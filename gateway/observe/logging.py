"""Logs: what any room says through stdlib `logging` becomes one line that no content can forge.

JSON escapes everything outside printable ASCII; the console format does the same for every value and indents what has many lines.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO, TypeAlias

import structlog
from structlog.processors import TimeStamper, add_log_level
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.observe.redact import is_suspicious, plain, redact
from gateway.observe.settings import LogFormat, ObserveSettings

_HANDLER = "seawall"
_EVERYWHERE = ("timestamp", "level", "logger", "event")
_APART = (*_EVERYWHERE, "exception")
_LEFT_BEHIND = ("message", "asctime")

Line: TypeAlias = Mapping[str, Any]
Render: TypeAlias = Callable[[Line], str]


def configure(settings: ObserveSettings, *, request_id: Callable[[], str] = str, stream: TextIO | None = None) -> None:
    """Send all logs to one stream, stderr unless told. Called again, it takes the place of what it did before.

    `request_id` reads the context variable of whoever serves requests; empty between them.
    """
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    every: list[Processor] = [_identified(request_id), add_log_level, TimeStamper(fmt="iso", utc=True)]
    last: list[Processor] = [_in_order, _without_secrets(_json if settings.log_format is LogFormat.JSON else _console)]
    _take_over(
        stream, level, [ExtraAdder(), *every, add_logger_name, _exception], [ProcessorFormatter.remove_processors_meta, *last]
    )
    # The access line goes this way: past stdlib logging it costs half.
    structlog.configure(
        processors=[*every, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )


def _take_over(stream: TextIO, level: int, first: Sequence[Processor], last: Sequence[Processor]) -> None:
    root = logging.getLogger()
    root.handlers[:] = [each for each in root.handlers if each.name != _HANDLER]
    handler = logging.StreamHandler(stream)
    handler.name = _HANDLER
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=first, processors=last))
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)  # there is one line per request already
    logging.getLogger("aiohttp.server").addFilter(_without_trace_of_bad_requests)


def _without_trace_of_bad_requests(record: logging.LogRecord) -> bool:
    """A client that does not speak HTTP is worth a line, not the parser's traceback and not the level of an error."""
    from aiohttp.http_exceptions import HttpProcessingError  # whoever has such a record has it; the parent of workers has not

    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.reason = type(error).__name__
    return True


def _identified(request_id: Callable[[], str]) -> Processor:
    def identified(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        if current := request_id():
            line["request_id"] = current
        return line

    return identified


def _exception(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """The traceback as text: frames without their local values, which may be secrets."""
    line.pop("exception", None)
    error = (line.pop("exc_info", None) or (None, None))[1]
    if error is not None:
        line["exception"] = {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "message": traceback.format_exception_only(error)[0].strip(),
            "traceback": "".join(traceback.format_exception(error)),
        }
    return line


def _in_order(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """First what every line has; last nothing that another handler's formatter left on the record."""
    ordered = {name: line[name] for name in _EVERYWHERE}
    return ordered | {name: value for name, value in line.items() if name not in _LEFT_BEHIND}


def _without_secrets(render: Render) -> Processor:
    def rendered(_: WrappedLogger, __: str, line: EventDict) -> str:
        text = render(line)
        return render(redact(line)) if is_suspicious(text) else text

    return rendered


_json: Render = json.JSONEncoder(default=plain, skipkeys=True).encode


def _console(line: Line) -> str:
    timestamp, level, logger, event = (_visible(line[name]) for name in _EVERYWHERE)
    values = "".join(f"  {_visible(name)}={_json(value)}" for name, value in line.items() if name not in _APART)
    trace = line["exception"]["traceback"].splitlines() if "exception" in line else ()
    return "\n    ".join([f"{timestamp} {level:<8} {logger}: {event}{values}", *map(_visible, trace)])


def _visible(text: object) -> str:
    shown = str(text)
    return shown if shown.isprintable() else shown.encode("unicode_escape").decode("ascii")
