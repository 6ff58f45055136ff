"""GetObject and HeadObject: what S3 says of an object, and what a request can have said instead."""

import base64
import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from buckets.memory.checksums import crc32c
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.wire import ask, ask_signed, connected, request

BODY = b"hello"
MODE = ("x-amz-checksum-mode", "ENABLED")
SAID = {
    "cache-control": "no-store",
    "content-language": "de",
    "content-type": "text/plain",
    "content-encoding": "br",
    "expires": "Sat, 21 Nov 2026 12:00:00 GMT",
}


@pytest.fixture
async def stored(house: House) -> House:
    assert (await ask(house, "PUT", "/photos/a", body=BODY, headers=[("Content-Type", "text/html")])).status == 200
    return house


class TestChecksums:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_who_asks_is_told_what_the_whole_hashes_to(self, method: str, stored: House) -> None:
        headers = (await ask(stored, method, "/photos/a", headers=[MODE])).headers
        assert headers["x-amz-checksum-crc32c"] == base64.b64encode(crc32c(BODY).to_bytes(4, "big")).decode()
        assert headers["x-amz-checksum-sha256"] == base64.b64encode(hashlib.sha256(BODY).digest()).decode()
        assert headers["x-amz-checksum-type"] == "FULL_OBJECT"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_a_part_bears_no_checksum_of_the_whole(self, method: str, stored: House) -> None:
        for asked in ("bytes=0-1", "bytes=0-4"):
            reply = await ask(stored, method, "/photos/a", headers=[MODE, ("Range", asked)])
            assert reply.status == 206
            assert not [name for name in reply.headers if name.startswith("x-amz-checksum")]

    async def test_nobody_else_is_told(self, stored: House) -> None:
        headers = (await ask(stored, "GET", "/photos/a")).headers
        assert not [name for name in headers if name.startswith("x-amz-checksum")]

    @pytest.mark.parametrize("mode", ["enabled", "DISABLED", ""])
    async def test_there_is_one_mode(self, mode: str, stored: House) -> None:
        reply = await ask(stored, "GET", "/photos/a", headers=[("x-amz-checksum-mode", mode)])
        assert (reply.status, reply.code()) == (400, "InvalidArgument")

    async def test_the_most_common_client_finds_them_right(self, stored: House) -> None:
        def use(s3: Any) -> tuple[bytes, str]:
            got = s3.get_object(Bucket="photos", Key="a", ChecksumMode="ENABLED")
            return got["Body"].read(), got["ChecksumCRC32C"]

        assert await by_boto(stored, use) == (BODY, base64.b64encode(crc32c(BODY).to_bytes(4, "big")).decode())


class TestOverrides:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_an_answer_says_what_the_request_wants(self, method: str, stored: House) -> None:
        query = "&".join(f"response-{name}={quote(value, safe='')}" for name, value in sorted(SAID.items()))
        for asked in (ask, ask_signed):
            headers = (await asked(stored, method, f"/photos/a?{query}")).headers
            assert {name: headers[name] for name in SAID} == SAID
        assert (await ask(stored, method, "/photos/a")).headers["content-type"] == "text/html"

    @pytest.mark.parametrize("wanted", ["inline", "inline; filename=x.html"])
    async def test_a_request_cannot_make_a_page_of_a_file(self, wanted: str, stored: House) -> None:
        headers = (await ask(stored, "GET", f"/photos/a?response-content-disposition={quote(wanted)}")).headers
        assert headers["content-disposition"].startswith("attachment")
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"

    @pytest.mark.parametrize("value", ["a%0D%0Ax-amz-meta-a:%201", "%00", "%C3%A9", "x" * 1025])
    async def test_a_request_cannot_say_what_no_header_can(self, value: str, stored: House) -> None:
        reply = await ask(stored, "GET", f"/photos/a?response-content-type={value}")
        assert (reply.status, reply.code()) == (400, "InvalidArgument")

    async def test_a_presigned_link_names_the_file(self, stored: House) -> None:
        def link(s3: Any) -> str:
            wanted = {"ResponseContentDisposition": 'attachment; filename="card.html"', "ResponseContentType": "text/plain"}
            url: str = s3.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "a", **wanted}, ExpiresIn=60)
            return url

        address = f"127.0.0.1:{stored.port}"
        target = (await by_boto(stored, link, signature_version="s3v4")).removeprefix(f"http://{address}")
        async with connected(stored) as wire:
            reply = await (await wire.send(request("GET", target, [("Host", address)]))).reply()
        assert (reply.status, reply.body, reply.headers["content-type"]) == (200, BODY, "text/plain")
        assert reply.headers["content-disposition"] == 'attachment; filename="card.html"'


class TestParts:
    @pytest.mark.parametrize(
        "query", ["partNumber=1", "versionId=null", "versionId=0192d3a4-0000-7000-8000-000000000000", "attributes"]
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_what_is_not_there_yet_is_said_to_be(self, method: str, query: str, stored: House) -> None:
        reply = await ask(stored, method, f"/photos/a?{query}")
        assert reply.status == 501
        assert method == "HEAD" or reply.code() == "NotImplemented"


class TestConditions:
    async def test_who_has_it_already_is_told_so(self, stored: House) -> None:
        first = await ask(stored, "GET", "/photos/a")
        for header in (("If-None-Match", first.headers["etag"]), ("If-Modified-Since", first.headers["last-modified"])):
            for method in ("GET", "HEAD"):
                reply = await ask(stored, method, "/photos/a", headers=[header, MODE])
                assert (reply.status, reply.headers["etag"], reply.body) == (304, first.headers["etag"], b"")

    async def test_who_wants_another_is_refused(self, stored: House) -> None:
        reply = await ask(stored, "GET", "/photos/a", headers=[("If-Match", '"other"'), MODE])
        assert (reply.status, reply.code()) == (412, "PreconditionFailed")
        assert b"<Condition>If-Match</Condition>" in reply.body
        assert (await ask(stored, "HEAD", "/photos/a", headers=[("If-Match", '"other"')])).status == 412

    async def test_a_download_goes_on_if_it_is_still_the_same(self, stored: House) -> None:
        etag = (await ask(stored, "GET", "/photos/a")).headers["etag"]
        for known, status, body in ((etag, 206, b"llo"), ('"other"', 200, b"hello")):
            reply = await ask(stored, "GET", "/photos/a", headers=[("Range", "bytes=2-"), ("If-Range", known)])
            assert (reply.status, reply.body) == (status, body)

    async def test_who_may_not_read_learns_nothing(self, stored: House) -> None:
        """Neither an entity tag nor a date, whatever is asked."""
        other = await stored.tenant("210987654321", "secrets")
        stored.alice = other
        for header in (("If-None-Match", "*"), ("If-Modified-Since", "Sat, 21 Nov 2026 12:00:00 GMT"), ("If-Match", '"x"')):
            reply = await ask(stored, "GET", "/photos/a", headers=[header])
            assert (reply.status, reply.code()) == (404, "NoSuchBucket")
            assert not {"etag", "last-modified"} & set(reply.headers)
