"""The logs: one line each, that nothing can forge and that holds no secret."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest
import structlog
from aiohttp import web
from hypothesis import given
from hypothesis.strategies import text
from pytest_aiohttp.plugin import AiohttpServer

from buckets.errors import CatalogUnavailable
from buckets.settings import Secret
from gateway.observe.access import access
from gateway.observe.logging import configure
from gateway.observe.redact import redact, redact_text
from gateway.observe.settings import LogFormat, LogLevel, ObserveSettings

CANARY = "canary5ecret"
FORGERIES = ["a\r\nb", "\x1b[2Jb", "a\x00b", "a\x85b", "a\u2028b", "a\u202eb", "\udc80"]
log = logging.getLogger("room.of.tests")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root, server, lines = logging.getLogger(), logging.getLogger("aiohttp.server"), logging.getLogger("aiohttp.access")
    handlers, filters, levels = root.handlers[:], server.filters[:], (root.level, lines.level)
    yield
    root.handlers[:], server.filters[:] = handlers, filters
    root.setLevel(levels[0])
    lines.setLevel(levels[1])
    structlog.reset_defaults()


@pytest.fixture
def lines() -> Callable[[], list[dict[str, Any]]]:
    stream = io.StringIO()
    configure(ObserveSettings(), stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def console() -> io.StringIO:
    stream = io.StringIO()
    configure(ObserveSettings(log_format=LogFormat.CONSOLE), stream=stream)
    return stream


def say(text: str) -> None:
    """To our handler alone: those that record for test reports cannot hold every text."""
    [handler] = [handler for handler in logging.getLogger().handlers if handler.name == "seawall"]
    extra = {"agent": text, "deep": {text: text}}
    handler.handle(log.makeRecord(log.name, logging.INFO, __file__, 1, "key %s", (text,), None, extra=extra))


class TestLines:
    def test_a_line_says_when_how_bad_where_and_what(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        log.warning("%s of %d", "one", 2, extra={"bucket": "cards"})
        [line] = lines()
        assert list(line)[:4] == ["timestamp", "level", "logger", "event"]
        assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() is not None
        assert line == {"level": "warning", "logger": "room.of.tests", "event": "one of 2", "bucket": "cards"}

    def test_no_extra_value_takes_the_place_of_what_every_line_has(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        log.error("true", extra={"event": "forged", "level": "debug", "logger": "x", "timestamp": "never"})
        [line] = lines()
        assert (line["level"], line["logger"]) == ("error", "room.of.tests")
        assert line["timestamp"] != "never"

    def test_the_level_decides_what_is_worth_a_line(self) -> None:
        stream = io.StringIO()
        configure(ObserveSettings(log_level=LogLevel.WARNING), stream=stream)
        log.info("quiet")
        log.warning("loud")
        assert json.loads(stream.getvalue())["event"] == "loud"

    def test_configuring_again_takes_the_place_of_before(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        second = io.StringIO()
        configure(ObserveSettings(), stream=second)
        configure(ObserveSettings(), stream=second)
        log.info("once")
        assert lines() == []
        assert len(second.getvalue().splitlines()) == 1

    def test_values_of_every_type_become_json(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        extra = {"id": UUID(int=1), "path": PurePosixPath("/a"), "raw": b"\xff", "many": {"a"}, "deep": {"k": [1.5, None]}}
        log.info("x", extra=extra)
        [line] = lines()
        assert line["id"] == "00000000-0000-0000-0000-000000000001"
        assert (line["path"], line["raw"], line["many"], line["deep"]) == ("/a", "b'\\xff'", ["a"], {"k": [1.5, None]})

    def test_an_exception_is_told_with_its_cause(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        error = CatalogUnavailable("it refused")
        error.__cause__ = OSError(f"postgresql://app:{CANARY}@db refused")
        log.error("failed", exc_info=error)
        [line] = lines()
        assert line["exception"]["type"] == "buckets.errors.CatalogUnavailable"
        assert line["exception"]["message"].endswith("The catalog did not answer: it refused.")
        assert "postgresql://app:(redacted)@db refused" in line["exception"]["traceback"]
        assert CANARY not in json.dumps(line)

    def test_local_values_of_a_frame_are_not_told(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        def fail(password: str) -> int:
            return int(password[:0])

        try:
            fail(CANARY)
        except ValueError:
            log.exception("failed")
        [line] = lines()
        assert "in fail" in line["exception"]["traceback"]
        assert CANARY not in json.dumps(line)


class TestForgery:
    @pytest.mark.parametrize("forgery", FORGERIES, ids=ascii)
    def test_json_is_one_line_of_printable_ascii(self, forgery: str) -> None:
        stream = io.StringIO()
        configure(ObserveSettings(), stream=stream)
        say(forgery)
        [line, rest] = stream.getvalue().split("\n")
        assert line.isascii()
        assert line.isprintable()
        assert rest == ""
        assert json.loads(line)["agent"] == forgery

    @pytest.mark.parametrize("forgery", FORGERIES, ids=ascii)
    def test_the_console_is_one_line_too(self, forgery: str, console: io.StringIO) -> None:
        say(forgery)
        [line, rest] = console.getvalue().split("\n")
        assert line.isprintable()
        assert rest == ""

    def test_a_traceback_on_the_console_is_indented(self, console: io.StringIO) -> None:
        log.error("failed", exc_info=ValueError("a\n2026-11-21 error    root: forged\x1b[2J"), extra={"bucket": "cards"})
        first, *trace, rest = console.getvalue().split("\n")
        assert first.endswith('error    room.of.tests: failed  bucket="cards"')
        assert all(line.startswith("    ") and line.isprintable() for line in trace)
        assert "forged" in trace[-1]
        assert rest == ""


class TestRedaction:
    @pytest.mark.parametrize(
        "name",
        [
            *("Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Amz-Signature", "X-Amz-Security-Token", "api_key"),
            *("password", "secret", "secret_key", "aws_secret_access_key", "token", "refresh_token", "dsn", "owner_dsn"),
            *("seal_key", "ops_token"),
        ],
    )
    def test_a_field_that_is_named_like_a_secret_is_one(self, name: str, lines: Callable[[], list[dict[str, Any]]]) -> None:
        log.info("x", extra={name: CANARY, "headers": {name: CANARY}, "list": [{name.upper(): CANARY}]})
        assert CANARY not in json.dumps(lines())

    @pytest.mark.parametrize(
        "written",
        [
            f"/b/k?X-Amz-Date=1&X-Amz-Signature={CANARY}&x=1",
            f"?x-amz-security-token={CANARY}",
            f"?Signature={CANARY}&Expires=1",
            f"/v1/files?ticket={CANARY}",
            f"Authorization: Bearer {CANARY}",
            f"authorization='Basic {CANARY}=='",
            f"AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={CANARY}",
            f"got bearer {CANARY}",
            f"postgresql://app:{CANARY}@db:5432/seawall",
            f"redis://:{CANARY}@cache/0",
            f"postgresql://app:pa/{CANARY}@db",
            f'{{"password": "{CANARY}"}}',
            f"postgresql://db/seawall?user=app&password={CANARY}",
        ],
    )
    def test_a_secret_within_a_text_is_taken_out(self, written: str, lines: Callable[[], list[dict[str, Any]]]) -> None:
        log.info(written)
        log.info("%s", written)
        log.info("x", extra={"target": written, "deep": [{"target": written}]})
        assert len(lines()) == 3
        assert CANARY not in json.dumps(lines())
        assert "(redacted)" in lines()[0]["event"]

    def test_the_rest_of_the_text_stays(self) -> None:
        assert (
            redact_text("GET /b/k?partNumber=1&X-Amz-Signature=abc&x=1") == "GET /b/k?partNumber=1&X-Amz-Signature=(redacted)&x=1"
        )
        assert redact_text("postgresql://app:pw@db:5432/x") == "postgresql://app:(redacted)@db:5432/x"
        assert redact({"size": 3, "key": "a=b", "ok": True}) == {"size": 3, "key": "a=b", "ok": True}

    def test_a_secret_setting_never_shows(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        log.info("x %s", Secret(CANARY), extra={"given": Secret(CANARY), "list": [Secret(CANARY)]})
        assert CANARY not in json.dumps(lines())

    @given(text())
    def test_redacting_twice_changes_nothing_more(self, written: str) -> None:
        assert redact_text(redact_text(written)) == redact_text(written)


class TestRequests:
    @pytest.fixture
    def request_id(self, lines: Callable[[], list[dict[str, Any]]]) -> ContextVar[str]:
        variable: ContextVar[str] = ContextVar("request_id", default="")
        [handler] = [each for each in logging.getLogger().handlers if each.name == "seawall"]
        assert isinstance(handler, logging.StreamHandler)
        configure(ObserveSettings(), request_id=variable.get, stream=handler.stream)
        return variable

    async def test_the_request_id_stands_on_every_line_of_its_task(
        self, request_id: ContextVar[str], lines: Callable[[], list[dict[str, Any]]]
    ) -> None:
        async def serve(name: str) -> None:
            request_id.set(name)
            await asyncio.sleep(0)
            log.info("inside", extra={"name_of_task": name})

        await asyncio.gather(serve("0193"), serve("0194"))
        log.info("outside")
        *inside, outside = lines()
        assert sorted(line["request_id"] for line in inside) == ["0193", "0194"]
        assert all(line["request_id"] == line["name_of_task"] for line in inside)
        assert "request_id" not in outside

    def test_the_access_line_holds_the_facts_and_no_query(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        target = f"/b/k\r\n?anything={CANARY}"
        access(method="PUT", path=target, status="200", seconds=0.0125, received=7, surface="s3", agent="\x1b[2J")
        [line] = lines()
        assert line.pop("timestamp")
        assert line == {
            "level": "info",
            "logger": "gateway.access",
            "event": "request",
            "surface": "s3",
            "method": "PUT",
            "path": "/b/k\r\n",
            "status": "200",
            "seconds": 0.0125,
            "received": 7,
            "sent": 0,
            "agent": "\x1b[2J",
        }

    def test_the_servers_own_access_lines_are_off(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        logging.getLogger("aiohttp.access").info("GET / 200")
        assert not logging.getLogger("aiohttp.access").isEnabledFor(logging.INFO)
        assert lines() == []

    async def test_a_client_that_does_not_speak_http_is_one_quiet_line(
        self, aiohttp_server: AiohttpServer, lines: Callable[[], list[dict[str, Any]]]
    ) -> None:
        server = await aiohttp_server(web.Application())
        for request in (f"BREW /b/k?ticket={CANARY} HTTP/1.1\r\n\r\n", f"GET /{CANARY} HTTP/1.1\r\nHost x\r\n\r\n"):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(request.encode())
            assert b" 400 " in await reader.readline()
            writer.close()
        assert {line["level"] for line in lines()} <= {"info"}
        assert [line["reason"] for line in lines() if "reason" in line]
        assert not [line for line in lines() if "exception" in line or CANARY in json.dumps(line)]

    def test_a_failure_of_ours_keeps_its_level_and_its_trace(self, lines: Callable[[], list[dict[str, Any]]]) -> None:
        logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ValueError("ours"))
        [line] = lines()
        assert (line["level"], line["exception"]["type"]) == ("error", "builtins.ValueError")

    def test_an_extra_value_is_never_taken_for_an_exception(self, console: io.StringIO) -> None:
        log.info("fine", extra={"exception": "none"})
        assert console.getvalue().endswith("room.of.tests: fine\n")
