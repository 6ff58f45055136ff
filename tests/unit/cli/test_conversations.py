"""What the client does when the service says no, or not now, or says something else than Seawall does."""

import asyncio
import hashlib
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.cli.client import listing, repeats
from gateway.cli.client.download import download
from gateway.cli.client.endpoint import Endpoint
from gateway.cli.client.errors import Exit, Failure
from gateway.cli.client.link import Link, Request
from gateway.cli.client.place import Place
from gateway.cli.client.progress import Unwatched
from gateway.cli.client.sink import kept
from gateway.cli.client.source import Source
from gateway.cli.client.stored import Stored, stored
from gateway.cli.client.upload import Labels, upload

PLACE = Place.parse("documents/a/../b c")
BODY = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(BODY).hexdigest()


def document(**changes: object) -> dict[str, Any]:
    plain = {"key": PLACE.key, "size": len(BODY), "etag": "abc", "sha256": SHA256, "created_at": "2026-11-21T07:03:11Z"}
    return {**plain, **changes}


def problem(status: int, headers: dict[str, str] | None = None, **members: object) -> web.Response:
    body = {"type": "urn:x", "title": "T", "status": status, "detail": "It is so.", "request_id": "R1", **members}
    return web.json_response(body, status=status, headers=headers, content_type="application/problem+json")


class Service:
    """Answers what it was told to, in that order, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: deque[Callable[[], web.StreamResponse]] = deque()
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = self.answers.popleft()()
        body = await request.read() if answer.status == 201 else b""
        self.asked.append((request.method, request.raw_path, dict(request.headers), body))
        return answer

    def will(self, *answers: Callable[[], web.StreamResponse]) -> None:
        self.answers.extend(answers)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(repeats, "PAUSES", (0.0,) * 4)
    return Service()


@pytest.fixture
async def link(service: Service) -> AsyncIterator[Link]:
    app = web.Application()

    async def expected(request: web.Request) -> None:
        """Leave it to the answer: only what is accepted is asked for."""
        if request.transport and service.answers[0]().status == 201:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    app.router.add_route("*", "/{rest:.*}", service.answer, expect_handler=expected)
    async with TestServer(app) as server, Link.to(Endpoint(str(server.make_url("")).rstrip("/"), "sw_secret")) as link:
        yield link


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(BODY)
    return path


async def put(link: Link, path: Path, **labels: Any) -> dict[str, Any]:
    return dict(await upload(link, Source(str(path)), PLACE, Labels(**labels), Unwatched()))


def created(**changes: object) -> Callable[[], web.Response]:
    return lambda: web.json_response(document(**changes), status=201)


def busy(retry_after: str = "0") -> Callable[[], web.Response]:
    return lambda: problem(503, {"Retry-After": retry_after})


class Halting(web.StreamResponse):
    """Begins, and never goes on."""

    async def write_eof(self, data: bytes = b"") -> None:
        await self.write(b"x")
        await asyncio.Event().wait()


async def consume(link: Link, request: Request) -> None:
    async with link.call(request) as (response, _):
        await response.read()


class TestUploads:
    async def test_attempts_are_one_upload_with_one_key(self, link: Link, service: Service, file: Path) -> None:
        service.will(busy(), lambda: problem(409, {"Retry-After": "0"}), lambda: problem(429), created())
        await put(link, file)
        assert len({headers["Idempotency-Key"] for _, _, headers, _ in service.asked}) == 1
        assert [body for *_, body in service.asked] == [b"", b"", b"", BODY]
        assert not service.answers

    async def test_two_uploads_have_two_keys(self, link: Link, service: Service, file: Path) -> None:
        service.will(created(), created())
        await put(link, file)
        await put(link, file)
        assert len({headers["Idempotency-Key"] for _, _, headers, _ in service.asked}) == 2

    async def test_a_key_goes_as_it_is(self, link: Link, service: Service, file: Path) -> None:
        service.will(created())
        await put(link, file)
        assert service.asked[0][:2] == ("PUT", "/v1/objects/documents/a/../b%20c")

    async def test_what_is_said_of_it_stands_in_headers(self, link: Link, service: Service, file: Path) -> None:
        service.will(created())
        tags, metadata = {"a": "1", "b c": "x/y"}, {"colour": "rot"}
        await put(link, file, content_type="text/x", metadata=metadata, tags=tags, visibility="public", if_absent=True)
        headers = service.asked[0][2]
        assert headers["Content-Length"] == str(len(BODY))
        said = [
            headers[name] for name in ("Content-Type", "Seawall-Tags", "Seawall-Visibility", "If-None-Match", "Seawall-Meta-colour")
        ]
        assert said == ["text/x", "a=1&b%20c=x%2Fy", "public", "*", "rot"]

    async def test_attempts_have_an_end(self, link: Link, service: Service, file: Path) -> None:
        service.will(*[busy()] * 9)
        with pytest.raises(Failure) as caught:
            await put(link, file)
        assert caught.value.exit_code is Exit.UNAVAILABLE
        assert str(caught.value) == "It is so. (request R1)"
        assert len(service.asked) == 5

    async def test_nobody_waits_for_an_hour(self, link: Link, service: Service, file: Path) -> None:
        service.will(busy("3600"), created())
        with pytest.raises(Failure):
            await put(link, file)
        assert len(service.asked) == 1

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            *((status, Exit.FAILED) for status in (400, 409, 412, 501, 507)),
            *((status, Exit.REFUSED) for status in (401, 403)),
            (404, Exit.NOT_FOUND),
            (500, Exit.UNAVAILABLE),
        ],
    )
    async def test_what_will_not_change_is_not_tried_again(
        self, status: int, code: Exit, link: Link, service: Service, file: Path
    ) -> None:
        service.will(lambda: problem(status))
        with pytest.raises(Failure) as caught:
            await put(link, file)
        assert (caught.value.exit_code, caught.value.status, len(service.asked)) == (code, status, 1)

    @pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"size": 1}, {"size": None}, {"sha256": 7}])
    async def test_what_was_stored_must_be_what_was_sent(
        self, changes: dict[str, object], link: Link, service: Service, file: Path
    ) -> None:
        service.will(created(**changes))
        with pytest.raises(Failure, match="not what was sent"):
            await put(link, file)

    async def test_a_hash_that_nobody_knows_is_no_other_hash(self, link: Link, service: Service, file: Path) -> None:
        service.will(created(sha256=None))
        assert (await put(link, file))["size"] == len(BODY)

    async def test_a_file_that_becomes_shorter_is_said_to(
        self, link: Link, service: Service, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = iter([b"x" * 10, b""])
        monkeypatch.setattr(os, "read", lambda *_: next(sizes))
        service.will(created())
        with pytest.raises(Failure, match="became shorter"):
            await put(link, file)

    async def test_an_empty_file_is_an_object(self, link: Link, service: Service, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()
        service.will(created(size=0, sha256=hashlib.sha256().hexdigest()))
        await put(link, tmp_path / "empty")
        assert service.asked[0][2]["Content-Length"] == "0"


class TestAnswers:
    async def test_the_key_is_taken_out_of_whatever_is_answered(self, link: Link, service: Service) -> None:
        service.will(lambda: problem(400, detail="you said sw_secret\n\x1b[2J"))
        with pytest.raises(Failure) as caught:
            await link.ask(Request(path="/v1/buckets"))
        assert str(caught.value) == r"you said (redacted)\n\x1b[2J"

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a":1,"a":2}', b'{"buckets":{}}', b'{"buckets":[1]}'])
    async def test_what_does_not_speak_as_seawall_does_is_said_not_to(self, body: bytes, link: Link, service: Service) -> None:
        service.will(lambda: web.Response(body=body))
        with pytest.raises(Failure, match="is the endpoint right"):
            [bucket async for bucket in listing.buckets(link)]

    async def test_a_page_of_a_proxy_is_named_by_its_status(self, link: Link, service: Service) -> None:
        service.will(lambda: web.Response(status=404, text="<html>nginx</html>"))
        with pytest.raises(Failure, match="404 Not Found"):
            await link.ask(Request(path="/v1/buckets"))

    async def test_nothing_leads_the_key_elsewhere(self, link: Link, service: Service) -> None:
        service.will(lambda: web.Response(status=307, headers={"Location": "/v1/other"}), lambda: web.json_response({}))
        with pytest.raises(Failure, match="307"):
            await link.ask(Request(path="/v1/buckets"))
        assert len(service.asked) == 1

    async def test_a_service_that_falls_silent_is_not_waited_for(self, link: Link, service: Service) -> None:
        service.will(lambda: Halting(status=200))
        with pytest.raises(Failure, match="fallen silent"):
            await consume(link, Request(path="/v1/objects/documents/a", patience=0.05))

    async def test_a_cursor_that_leads_nowhere_ends(self, link: Link, service: Service) -> None:
        service.will(*[lambda: web.json_response({"buckets": [], "next_cursor": "same"})] * 3)
        with pytest.raises(Failure, match="is the endpoint right"):
            [bucket async for bucket in listing.buckets(link)]

    async def test_pages_are_one_list(self, link: Link, service: Service) -> None:
        first = {"objects": [document(key="b")], "folders": ["a/"], "next_cursor": "c+d"}
        last = {"objects": [document(key="c")], "folders": [], "next_cursor": None}
        service.will(lambda: web.json_response(first), lambda: web.json_response(last))
        assert [entry.key async for entry in listing.entries(link, PLACE.bucket, "x y&z")] == ["a/", "b", "c"]
        assert [path.partition("?")[2] for _, path, *_ in service.asked] == [
            "prefix=x%20y%26z&delimiter=%2F&limit=1000",
            "prefix=x%20y%26z&delimiter=%2F&limit=1000&cursor=c%2Bd",
        ]

    @pytest.mark.parametrize(
        "changes", [{"key": 1}, {"size": "x"}, {"etag": 'a"b'}, {"etag": "a\r\nb"}, {"created_at": "now"}, {"size": None}]
    )
    def test_a_document_has_what_is_acted_on(self, changes: dict[str, object]) -> None:
        with pytest.raises(Failure, match="is the endpoint right"):
            Stored.of(document(**changes))


class TestDownloads:
    async def fetch(self, link: Link, target: Path) -> None:
        found = await stored(link, PLACE)
        async with kept(target, force=False) as sink:
            await download(link, PLACE, found, sink, Unwatched())

    def about(self, **changes: object) -> Callable[[], web.Response]:
        return lambda: web.json_response(document(**changes))

    async def test_it_is_what_was_asked_about(self, link: Link, service: Service, tmp_path: Path) -> None:
        service.will(self.about(), lambda: web.Response(body=BODY, headers={"Content-Encoding": "gzip"}))
        await self.fetch(link, tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == BODY
        assert service.asked[1][2]["If-Match"] == '"abc"'
        assert service.asked[1][2]["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize(
        "answer",
        [
            lambda: web.Response(body=BODY[:-1]),
            lambda: web.Response(body=BODY + b"x"),
            lambda: web.Response(body=BODY[:-1] + b"x"),
            lambda: web.Response(body=BODY, status=206, headers={"Content-Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}"}),
        ],
    )
    async def test_other_bytes_are_no_file(
        self, answer: Callable[[], web.Response], link: Link, service: Service, tmp_path: Path
    ) -> None:
        service.will(self.about(), answer)
        with pytest.raises(Failure):
            await self.fetch(link, tmp_path / "a")
        assert not (tmp_path / "a").exists()

    async def test_a_busy_service_is_asked_again(self, link: Link, service: Service, tmp_path: Path) -> None:
        service.will(busy(), self.about(), busy(), lambda: web.Response(body=BODY))
        await self.fetch(link, tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == BODY

    async def test_a_redirected_or_changed_object_is_not_mixed(self, link: Link, service: Service, tmp_path: Path) -> None:
        service.will(self.about(), lambda: problem(412))
        with pytest.raises(Failure) as caught:
            await self.fetch(link, tmp_path / "a")
        assert caught.value.status == 412
