"""Bodies that are not what they were said to be, do not come, or come too slowly: nothing of them is ever visible."""

import asyncio
import base64
import gzip
import hashlib
import socket
import struct
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader
from aiohttp.test_utils import make_mocked_request

from buckets.errors import IncompleteBody
from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Stored
from buckets.names import BlobId
from gateway.edge.body import Patience, ReceivedBody
from tests.factories.values import ManualClock
from tests.http.house import House, served
from tests.http.wire import ask, bearer, connected, request, sign

BODY = b"hello"
FRONTS = ["/photos/a", "/v1/objects/photos/a"]


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def sha256(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def assert_untouched(house: House) -> None:
    """Only the canary: no name, nothing charged."""
    assert house.keys == ["canary"]
    assert sum(usage.stored_objects for usage in house.catalog.usage.values()) == 1


class TestClaims:
    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize(
        "header",
        [("Content-MD5", md5(BODY)), ("x-amz-content-sha256", hashlib.sha256(BODY).hexdigest())],
        ids=["md5", "sha256"],
    )
    async def test_a_true_claim_is_fine(self, target: str, header: tuple[str, str], canary: House) -> None:
        assert (await ask(canary, "PUT", target, headers=[header], body=BODY)).status < 300

    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize(
        ("header", "code"),
        [
            (("Content-MD5", md5(b"other")), "BadDigest"),
            (("Content-MD5", md5(b"other")[:-2]), "InvalidDigest"),
            (("Content-MD5", "!" + md5(b"other")), "InvalidDigest"),
            (("Content-MD5", ""), "InvalidDigest"),
            (("x-amz-content-sha256", hashlib.sha256(b"other").hexdigest()), "XAmzContentSHA256Mismatch"),
            (("x-amz-content-sha256", hashlib.sha256(BODY).hexdigest().upper()), "InvalidArgument"),
            (("x-amz-content-sha256", "SOMETHING-ELSE"), "InvalidArgument"),
        ],
    )
    async def test_a_false_claim_leaves_nothing(self, target: str, header: tuple[str, str], code: str, canary: House) -> None:
        async with connected(canary) as wire:
            reply = await wire.ask("PUT", target, headers=[header], body=BODY)
            assert reply.status == 400
            assert target != FRONTS[0] or reply.code() == code
            assert await wire.is_alive()
        assert_untouched(canary)

    async def test_a_false_claim_under_a_signature_leaves_nothing(self, canary: House) -> None:
        headers = sign(canary.alice.pair, "PUT", "/photos/a", canary.port, body=b"other")
        async with connected(canary) as wire:
            reply = await (await wire.send(request("PUT", "/photos/a", headers, BODY))).reply()
            assert (reply.status, reply.code()) == (400, "XAmzContentSHA256Mismatch")
            assert await wire.is_alive()
        assert_untouched(canary)

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ([("x-amz-checksum-crc32", "AAAAAA==")], "BadDigest"),
            ([("x-amz-checksum-sha256", md5(BODY))], "InvalidArgument"),
            ([("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-checksum-crc32c", "AAAAAA==")], "InvalidArgument"),
            ([("x-amz-sdk-checksum-algorithm", "CRC32")], "InvalidArgument"),
            ([("x-amz-sdk-checksum-algorithm", "SHA1"), ("x-amz-checksum-crc32", "NhCmhg==")], "InvalidArgument"),
        ],
    )
    async def test_a_false_checksum_leaves_nothing(self, headers: list[tuple[str, str]], code: str, canary: House) -> None:
        assert (await ask(canary, "PUT", "/photos/a", headers=headers, body=BODY)).code() == code
        assert_untouched(canary)

    async def test_a_true_checksum_is_fine(self, canary: House) -> None:
        headers = [("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-sdk-checksum-algorithm", "CRC32")]
        assert (await ask(canary, "PUT", "/photos/a", headers=headers, body=BODY)).status == 200

    async def test_a_content_digest_is_a_claim(self, canary: House) -> None:
        target = "/v1/objects/photos/a"
        wrong = [sha256(b"other"), f"md5=:AAAA:, {sha256(b'other')}", "sha-256=:AAAA:", "sha-256=:!:"]
        for value in wrong:
            assert (await ask(canary, "PUT", target, headers=[("Content-Digest", value)], body=BODY)).status == 400
        assert_untouched(canary)
        for value in (sha256(BODY), f"md5=:AAAA:, {sha256(BODY)}"):
            assert (await ask(canary, "PUT", target, headers=[("Content-Digest", value)], body=BODY)).status < 300


class TestSizes:
    @pytest.mark.parametrize("target", FRONTS)
    async def test_a_body_that_is_too_large_is_refused_unseen(self, target: str, canary: House) -> None:
        async with connected(canary) as wire:
            await wire.send(request("PUT", target, [*bearer(canary), ("Expect", "100-continue")], length=canary.limit + 1))
            reply = await wire.reply()
            assert reply.status == (400 if target == FRONTS[0] else 413)
        assert_untouched(canary)

    async def test_s3_takes_at_most_five_gibibytes(self) -> None:
        async with served(House(limit=1 << 50)) as house, connected(house) as wire:
            await wire.send(request("PUT", "/photos/a", [*bearer(house), ("Expect", "100-continue")], length=(5 << 30) + 1))
            assert (await wire.reply()).code() == "EntityTooLarge"

    async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(self) -> None:
        async with served(House(limit=1000)) as house, connected(house) as wire:
            await wire.send(request("PUT", "/v1/objects/photos/a", [*bearer(house), ("Transfer-Encoding", "chunked")]))
            await wire.send(b"3e9\r\n" + b"x" * 1001 + b"\r\n")
            reply = await wire.reply()
            assert (reply.status, reply.headers["connection"]) == (413, "close")
            assert not house.keys


class TestVerbatim:
    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize(
        ("coding", "body"),
        [
            ("gzip", gzip.compress(b"x" * 100_000)),
            ("gzip", b"no gzip at all"),
            ("br", b"no brotli"),
            ("deflate", b"x"),
            ("zstd", b"x"),
            ("unheard-of", b"x"),
        ],
    )
    async def test_an_encoded_body_is_stored_as_it_came(self, target: str, coding: str, body: bytes, canary: House) -> None:
        """19, 20"""
        reply = await ask(canary, "PUT", target, headers=[("Content-Encoding", coding)], body=body)
        assert reply.status < 300
        assert (await ask(canary, "GET", target)).body == body


class TestClientsThatLeave:
    @pytest.mark.parametrize("target", FRONTS)
    @pytest.mark.parametrize("sent", [0, 1, 65_536, 99_999])
    async def test_a_body_that_ends_early_leaves_nothing(self, target: str, sent: int, canary: House) -> None:
        async with connected(canary) as wire:
            await wire.send(request("PUT", target, bearer(canary), b"x" * sent, length=100_000))
            wire.writer.write_eof()
            assert await wire.is_closed()
        await canary.over(2)
        assert_untouched(canary)

    async def test_a_client_that_resets_leaves_nothing(self, canary: House, caplog: pytest.LogCaptureFixture) -> None:
        async with connected(canary) as wire:
            await wire.send(request("PUT", "/photos/a", [*bearer(canary), ("Expect", "100-continue")], length=100_000))
            assert (await wire.reply()).status == 100
            await wire.send(b"x" * 50_000)
            wire.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.writer.transport.abort()
        await canary.over(2)
        assert_untouched(canary)
        assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]

    async def test_who_leaves_after_the_last_byte_has_stored_it(self, canary: House) -> None:
        async with connected(canary) as wire:
            await wire.send(request("PUT", "/photos/a", bearer(canary), BODY))
            wire.writer.write_eof()
            await wire.is_closed()
        await canary.over(2)
        assert (await ask(canary, "GET", "/photos/a")).body == BODY

    async def test_chunks_that_end_early_leave_nothing(self, canary: House) -> None:
        async with connected(canary) as wire:
            headers = [*bearer(canary), ("Transfer-Encoding", "chunked")]
            await wire.send(request("PUT", "/v1/objects/photos/a", headers), b"5\r\nhello\r\n")
            wire.writer.write_eof()
            assert await wire.is_closed()
        await canary.over(2)
        assert_untouched(canary)

    async def test_an_end_before_the_declared_length_is_not_an_end(self) -> None:
        """aiohttp never says so today; this is where it would be noticed."""
        stream = StreamReader(Mock(), 1 << 16, loop=asyncio.get_running_loop())
        stream.feed_data(BODY)
        stream.feed_eof()
        asked = make_mocked_request("PUT", "/photos/a", headers={"Content-Length": "10"}, payload=stream)
        body = ReceivedBody(asked, clock=ManualClock(), patience=Patience())
        assert await anext(body) == BODY
        with pytest.raises(IncompleteBody):
            await anext(body)


class HastyClock(ManualClock):
    """Every look at it is ten seconds later than the one before."""

    def monotonic(self) -> float:
        self.seconds += 10.0
        return self.seconds


class SlowStore(MemoryBlobStore):
    """Takes an hour over every piece."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        return await super().put(blob, self._slowly(body), size=size)

    async def _slowly(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in body:
            self._clock.seconds += 3600.0
            yield chunk


class TestSlowBodies:
    @pytest.mark.parametrize("target", FRONTS)
    async def test_a_body_that_drips_is_given_up(self, target: str) -> None:
        """14"""
        async with served(House(clock=HastyClock())) as house, connected(house) as wire:
            await wire.send(request("PUT", target, [*bearer(house), ("Expect", "100-continue")], length=1000))
            assert (await wire.reply()).status == 100
            answer = asyncio.create_task(wire.reply())
            for _ in range(900):
                await wire.send(b"x")
                await asyncio.sleep(0)  # the server has its turn
                if answer.done():
                    break
            reply = await answer
            assert reply.status == (400 if target == FRONTS[0] else 408)
            assert target != FRONTS[0] or reply.code() == "RequestTimeout"
            assert not house.keys

    async def test_a_body_that_stops_is_given_up(self) -> None:
        async with served(House(patience=Patience(silence=0.05))) as house, connected(house) as wire:
            await wire.send(request("PUT", "/photos/a", bearer(house), b"x", length=1000))
            reply = await wire.reply()
            assert (reply.code(), reply.headers["connection"]) == ("RequestTimeout", "close")
            assert not house.keys

    async def test_a_store_that_is_slow_is_not_the_clients_fault(self) -> None:
        clock = ManualClock()
        async with served(House(store=SlowStore(clock), clock=clock, patience=Patience(start=1.0))) as house:
            assert (await ask(house, "PUT", "/photos/a", body=b"x" * (1 << 20))).status == 200
