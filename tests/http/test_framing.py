"""Where one message ends and the next begins, and what is no message at all. Numbers are those of the attack catalogue."""

import asyncio
import logging

import pytest
from lxml import etree

from gateway.edge.settings import EdgeSettings
from tests.http.house import House, served
from tests.http.wire import Reply, Wire, ask, bearer, connected, request, sign

CHUNKED = ("Transfer-Encoding", "chunked")


def put(house: House, *headers: tuple[str, str], body: bytes = b"", target: str = "/photos/a") -> bytes:
    """A put whose headers say what they say, and nothing about the length besides."""
    lines = [f"PUT {target} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in [*bearer(house), *headers])]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def raw(house: House, *lines: str, first: str = "GET /photos/canary HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines, f"Authorization: Bearer {house.alice.token}", "", ""]).encode("utf-8", "surrogateescape")


async def refused(wire: Wire, message: bytes, status: int = 400) -> Reply:
    """The answer to a message that is none: well-formed, nothing was stored, and the connection cannot mislead anybody."""
    reply = await (await wire.send(message)).reply()
    assert reply.status == status, reply
    assert reply.headers["server"] == "Seawall"
    etree.fromstring(reply.body)
    assert wire.house.keys == ["canary"]
    await wire.is_alive()
    return reply


class TestLengths:
    @pytest.mark.parametrize(
        ("headers", "body"),
        [
            pytest.param([("Content-Length", "5"), CHUNKED], b"0\r\n\r\n", id="1: length and chunks"),
            pytest.param([("Content-Length", "5"), ("Content-Length", "5")], b"hello", id="2: the same length twice"),
            pytest.param([("Content-Length", "5"), ("Content-Length", "6")], b"hello", id="2: two lengths"),
            pytest.param([("Content-Length", "5, 5")], b"hello", id="2: a list of lengths"),
            pytest.param([("Content-Length", "+5")], b"hello", id="3: a sign"),
            pytest.param([("Content-Length", "-1")], b"", id="3: a negative length"),
            pytest.param([("Content-Length", "1_0")], b"hellohello", id="3: an underscore"),
            pytest.param([("Content-Length", "\uff11\uff10")], b"hellohello", id="3: full-width digits"),
            pytest.param([("Content-Length", "0x5")], b"hello", id="3: hexadecimal"),
            pytest.param([("Content-Length", "")], b"", id="3: nothing"),
            pytest.param([("Content-Length", "9" * 30)], b"", id="3: more than a number holds"),
            pytest.param([("Transfer-Encoding", "xchunked")], b"", id="4: an unknown coding"),
            pytest.param([("Transfer-Encoding", "chunked, identity")], b"0\r\n\r\n", id="4: chunked is not last"),
            pytest.param([CHUNKED, CHUNKED], b"0\r\n\r\n", id="4: chunked twice"),
            pytest.param([("Transfer-Encoding", "identity")], b"", id="4: identity"),
            pytest.param([("Transfer-Encoding", "\x0bchunked")], b"0\r\n\r\n", id="4: a control character"),
        ],
    )
    async def test_a_doubtful_length_is_refused(self, headers: list[tuple[str, str]], body: bytes, canary: House) -> None:
        async with connected(canary) as wire:
            await refused(wire, put(canary, *headers, body=body))
            assert await wire.is_closed()

    async def test_a_length_must_be_said_to_s3(self, canary: House) -> None:
        async with connected(canary) as wire:
            reply = await refused(wire, put(canary), 411)
            assert reply.code() == "MissingContentLength"
        async with connected(canary) as wire:
            assert (
                await refused(wire, put(canary, CHUNKED, body=b"5\r\nhello\r\n0\r\n\r\n"), 411)
            ).code() == "MissingContentLength"

    async def test_the_json_api_takes_chunks(self, canary: House) -> None:
        async with connected(canary) as wire:
            body = b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"
            reply = await (await wire.send(put(canary, CHUNKED, target="/v1/objects/photos/a", body=body))).reply()
            assert reply.status == 201
            assert await wire.is_alive()
        assert (await ask(canary, "GET", "/photos/a")).body == b"hello"


class TestVersions:
    async def test_chunks_are_newer_than_http_1_0(self, canary: House) -> None:
        """5"""
        async with connected(canary) as wire:
            message = raw(canary, "Host: x", "Transfer-Encoding: chunked", first="PUT /v1/objects/photos/a HTTP/1.0")
            reply = await (await wire.send(message + b"5\r\nhello\r\n0\r\n\r\n")).reply()
            assert reply.status == 400
            assert await wire.is_closed()
        assert canary.keys == ["canary"]

    @pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/0.9"])
    async def test_other_versions_are_not_spoken(self, version: str, canary: House) -> None:
        """6"""
        async with connected(canary) as wire:
            reply = await refused(wire, raw(canary, "Host: x", first=f"GET /photos/canary {version}"), 505)
            assert reply.code() == "HttpVersionNotSupported"
            assert await wire.is_closed()

    @pytest.mark.parametrize("version", ["HTTP/1.2", "HTTP/3.0", "HTTP/1.1.1", "http/1.1", "ICE/1.0", "HTTP/11"])
    async def test_what_is_no_version_is_no_message(self, version: str, canary: House) -> None:
        async with connected(canary) as wire:
            await refused(wire, raw(canary, "Host: x", first=f"GET /photos/canary {version}"))
            assert await wire.is_closed()

    async def test_http_1_0_is_answered_and_closed(self, canary: House) -> None:
        async with connected(canary) as wire:
            reply = await (await wire.send(raw(canary, "Host: x", first="GET /photos/canary HTTP/1.0"))).reply()
            assert (reply.status, reply.body) == (200, b"canary in a coal mine")
            assert await wire.is_closed()


class TestHeaders:
    @pytest.mark.parametrize(
        "lines",
        [
            pytest.param(["Host: x", "Host: x"], id="7: two hosts"),
            pytest.param([], id="7: no host"),
            pytest.param(["Host: x", "A: b\r\n c"], id="8: a folded line"),
            pytest.param(["Host: x", "A: b\nC: d"], id="8: a bare line feed"),
            pytest.param(["Host: x", "A: b\x00"], id="8: a NUL"),
            pytest.param(["Host: x", "A: b\rC: d"], id="8: a bare carriage return"),
            pytest.param(["Host: x", "A : b"], id="a blank before the colon"),
            pytest.param(["Host: x", ": b"], id="no name"),
            pytest.param(["Host: x", "A\x00: b"], id="a NUL in a name"),
            pytest.param(["Host: x", "Ä: b"], id="a name beyond ASCII"),
        ],
    )
    async def test_a_malformed_header_is_refused(self, lines: list[str], canary: House) -> None:
        async with connected(canary) as wire:
            await refused(wire, raw(canary, *lines))
            assert await wire.is_closed()

    @pytest.mark.parametrize(
        "message",
        [
            pytest.param("GET /photos/canary HTTP/1.1\r\nHost: x\r\nA: " + "b" * 17_000 + "\r\n\r\n", id="a long field"),
            pytest.param("GET /photos/canary HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 200 + "\r\n", id="many fields"),
            pytest.param("GET /photos/" + "a" * 17_000 + " HTTP/1.1\r\nHost: x\r\n\r\n", id="a long target"),
            pytest.param("GET /photos/canary HTTP/1.1\r\nHost: x\r\n" + "a" * 17_000 + ": b\r\n\r\n", id="a long name"),
        ],
    )
    async def test_headers_have_a_size(self, message: str, canary: House) -> None:
        """11"""
        async with connected(canary) as wire:
            assert (await refused(wire, message.encode())).code() == "RequestHeaderSectionTooLarge"
            assert await wire.is_closed()

    async def test_a_header_that_never_ends_is_cut_off(self) -> None:
        """12"""
        async with served(House(settings=EdgeSettings(header_timeout=0.05))) as house:
            async with connected(house) as wire:
                await wire.send(b"GET /photos/a HT")
                assert await wire.is_closed()
            async with connected(house) as wire:
                await wire.ask("GET", "/photos/a")
                await wire.send(b"G")
                assert await wire.is_closed()
            async with connected(house) as silent:
                assert await silent.is_closed()

    async def test_only_a_header_has_that_deadline(self) -> None:
        async with served(House(settings=EdgeSettings(header_timeout=0.05))) as house, connected(house) as wire:
            await wire.send(request("PUT", "/photos/a", [*bearer(house), ("Expect", "100-continue")], length=5))
            assert (await wire.reply()).status == 100
            async with connected(house) as silent:
                assert await silent.is_closed()
            assert (await (await wire.send(b"hello")).reply()).status == 200

    async def test_a_header_in_single_bytes_is_a_header(self, canary: House) -> None:
        async with connected(canary) as wire:
            message = request("GET", "/photos/canary", bearer(canary))
            await wire.send(*(message[place : place + 1] for place in range(len(message))))
            assert (await wire.reply()).body == b"canary in a coal mine"

    async def test_many_requests_at_once_are_answered_in_turn(self, canary: House) -> None:
        """13"""
        async with connected(canary) as wire:
            message = request("GET", "/photos/canary", bearer(canary))
            sending = asyncio.create_task(wire.send(message * 2000))
            for _ in range(2000):
                assert (await wire.reply()).body == b"canary in a coal mine"
            await sending

    async def test_a_header_value_that_is_not_utf_8_does_no_harm(self, canary: House) -> None:
        """23"""
        async with connected(canary) as wire:
            assert (await wire.ask("GET", "/photos/canary", headers=[("A", "\udcff"), ("User-Agent", "\udcff\x80")])).status == 200
            assert (await wire.ask("PUT", "/photos/a", headers=[("x-amz-meta-a", "\udcff")], body=b"x")).status == 400
            assert (await wire.ask("PUT", "/photos/a", headers=[("Content-MD5", "\udcff")], body=b"x")).code() == "InvalidDigest"
            assert await wire.is_alive()


class TestTargets:
    @pytest.mark.parametrize(
        "target", ["http://elsewhere/photos/canary", "https://x/photos/canary", "/photos/canary#part", "/photos/canary?a#part"]
    )
    async def test_only_a_path_is_a_target(self, target: str, canary: House) -> None:
        """21"""
        async with connected(canary) as wire:
            assert (await refused(wire, request("GET", target, bearer(canary)))).code() == "InvalidURI"

    @pytest.mark.parametrize("target", ["photos/canary", "*", "//[", "//[::1"])
    async def test_what_is_no_target_at_all_is_refused(self, target: str, canary: House) -> None:
        async with connected(canary) as wire:
            await refused(wire, request("GET", target, bearer(canary)))

    @pytest.mark.parametrize("target", ["/photos/\udcc3\udca9", "/photos/\udcff", "/photos/a\x7f", "/photos/a\tb"])
    async def test_bytes_beyond_ascii_are_to_be_escaped(self, target: str, canary: House) -> None:
        """22"""
        async with connected(canary) as wire:
            await refused(wire, request("GET", target, bearer(canary)))

    async def test_this_is_no_proxy(self, canary: House) -> None:
        async with connected(canary) as wire:
            await refused(wire, request("CONNECT", "elsewhere:443", bearer(canary)))
            assert await wire.is_closed()

    async def test_an_upgrade_is_passed_over(self, canary: House) -> None:
        async with connected(canary) as wire:
            reply = await wire.ask("GET", "/photos/canary", headers=[("Upgrade", "websocket"), ("Connection", "Upgrade")])
            assert reply.status == 200
            assert await wire.is_alive()


BADLY_FRAMED = [
    pytest.param(b"5;a\n\r\nhello\r\n0\r\n\r\n", id="9: a line feed in an extension"),
    pytest.param(b"5\nhello\n0\n\n", id="9: bare line feeds"),
    pytest.param(b"5\r\nhello\r\n0\r\nno colon\r\n\r\n", id="9: junk for a trailer"),
    pytest.param(b"5\r\nhello\r\n0\r\nA: b\x00\r\n\r\n", id="9: a NUL in a trailer"),
    pytest.param(b"5\r\nhello\r\n0\r\n" + b"A: b\r\n" * 500 + b"\r\n", id="10: many trailers"),
    pytest.param(b"5\r\nhello\r\n0\r\nA: " + b"b" * 17_000 + b"\r\n\r\n", id="10: a long trailer"),
    pytest.param(b"5\r\nhello!\r\n0\r\n\r\n", id="a chunk is longer than it says"),
    pytest.param(b"+5\r\nhello\r\n0\r\n\r\n", id="a sign"),
    pytest.param(b"0x5\r\nhello\r\n0\r\n\r\n", id="a prefix"),
    pytest.param(b"5_0\r\nhello\r\n0\r\n\r\n", id="an underscore"),
    pytest.param(b"f" * 20 + b"\r\nhello\r\n0\r\n\r\n", id="more than a number holds"),
]


class TestChunks:
    @pytest.mark.parametrize("awaited", [False, True], ids=["at once", "when asked for"])
    @pytest.mark.parametrize("body", BADLY_FRAMED)
    async def test_a_body_that_is_badly_framed_leaves_nothing(
        self, body: bytes, awaited: bool, canary: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = [CHUNKED, ("Expect", "100-continue")] if awaited else [CHUNKED]
        async with connected(canary) as wire:
            await wire.send(put(canary, *headers, target="/v1/objects/photos/a", body=b"" if awaited else body))
            if awaited:
                assert (await wire.reply()).status == 100
                await wire.send(body)
            assert (await wire.reply()).status == 400
            assert await wire.is_closed()
        assert canary.keys == ["canary"]
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    async def test_a_body_may_come_in_very_many_very_small_chunks(self, canary: House) -> None:
        """15"""
        async with connected(canary) as wire:
            await wire.send(put(canary, CHUNKED, target="/v1/objects/photos/a"))
            await wire.send(*[b"1\r\nx\r\n" * 1000] * 100, b"0\r\n\r\n")
            assert (await wire.reply()).status == 201
            assert await wire.is_alive()
        head = canary.head("a")
        assert head
        assert head.content.size == 100_000


class TestContinue:
    @pytest.mark.parametrize("target", ["/photos/a", "/v1/objects/photos/a"])
    async def test_a_body_is_asked_for_when_it_is_wanted(self, target: str, canary: House) -> None:
        async with connected(canary) as wire:
            await wire.send(request("PUT", target, [*bearer(canary), ("Expect", "100-continue")], length=5))
            assert (await wire.reply()).status == 100
            assert (await (await wire.send(b"hello")).reply()).status < 300
            assert await wire.is_alive()
        assert (await ask(canary, "GET", "/photos/a")).body == b"hello"

    async def test_a_bad_signature_is_refused_before_the_body_is_asked_for(self, canary: House) -> None:
        """17"""
        wrong = canary.alice.pair._replace(secret="x" * 40)
        async with connected(canary) as wire:
            headers = sign(wrong, "PUT", "/photos/a", canary.port, headers=[("Expect", "100-continue")], body=b"hello")
            reply = await (await wire.send(request("PUT", "/photos/a", headers, length=5))).reply()
            assert (reply.status, reply.code()) == (403, "SignatureDoesNotMatch")
            assert reply.headers["connection"] == "close"

    @pytest.mark.parametrize("header", [("x-amz-acl", "public-read"), ("Content-MD5", "x"), ("x-amz-meta-a", "x" * 4000)])
    async def test_what_can_be_refused_without_the_body_is(self, header: tuple[str, str], canary: House) -> None:
        async with connected(canary) as wire:
            headers = [*bearer(canary), ("Expect", "100-continue"), header]
            reply = await (await wire.send(request("PUT", "/photos/a", headers, length=5))).reply()
            assert reply.status in {400, 501}
            assert reply.headers["connection"] == "close"

    async def test_a_refused_body_that_is_on_its_way_is_not_taken_for_a_request(self, canary: House) -> None:
        """18"""
        async with connected(canary) as wire:
            await wire.send(request("PUT", "/nowhere/a", bearer(canary), length=100 << 20))
            assert (await wire.reply()).status == 404
            await wire.send(request("GET", "/photos/canary", bearer(canary)))
            wire.writer.write_eof()
            assert await wire.rest() == b""


class TestAnswers:
    @pytest.mark.parametrize("target", ["/photos/none", "/v1/objects/photos/none", "/photos/%ff", "/photos/a?acl"])
    async def test_an_error_for_head_has_no_body(self, target: str, canary: House) -> None:
        """25"""
        async with connected(canary) as wire:
            head = await wire.ask("HEAD", target)
            get = await wire.ask("GET", target)
            assert head.status == get.status >= 400
            assert head.headers["content-length"] == get.headers["content-length"]
            assert await wire.is_alive()

    async def test_an_unforeseen_error_is_told_once_and_tells_nothing(
        self, canary: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object) -> None:
            raise ZeroDivisionError("a secret of ours")

        monkeypatch.setattr("buckets.memory.catalog.MemoryCatalog.find_head", broken)
        s3, rest = await ask(canary, "GET", "/photos/canary"), await ask(canary, "GET", "/v1/objects/photos/canary")
        assert (s3.status, s3.code(), rest.status) == (500, "InternalError", 500)
        assert b"secret" not in s3.body + rest.body
        told = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert [record.name for record in told] == ["gateway.edge.conversation"] * 2
        assert all(record.exc_info for record in told)
