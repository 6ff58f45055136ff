"""What PutObject takes beside the bytes, and what it says when it is done."""

import base64
import hashlib
import io
import zlib
from typing import Any

import pytest

from buckets.memory.checksums import crc32c, crc64nvme
from buckets.model.bucket import Versioning
from tests.factories import values
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.wire import ask, ask_signed, connected, request, sign

BODY = b"hello"
CHECKSUMS = {
    "x-amz-checksum-crc32": zlib.crc32(BODY).to_bytes(4, "big"),
    "x-amz-checksum-crc32c": crc32c(BODY).to_bytes(4, "big"),
    "x-amz-checksum-crc64nvme": crc64nvme(BODY).to_bytes(8, "big"),
    "x-amz-checksum-sha1": hashlib.sha1(BODY, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": hashlib.sha256(BODY).digest(),
}


def base64_of(value: bytes) -> str:
    return base64.b64encode(value).decode()


class TestWords:
    async def test_headers_that_are_stored_come_back(self, house: House) -> None:
        stored = {
            "cache-control": "max-age=60",
            "content-disposition": 'attachment; filename="x.bin"',
            "content-encoding": "br",
            "content-language": "de",
            "expires": "Sat, 21 Nov 2026 12:00:00 GMT",
        }
        assert (await ask_signed(house, "PUT", "/photos/a", body=BODY, headers=list(stored.items()))).status == 200
        for method in ("GET", "HEAD"):
            headers = (await ask(house, method, "/photos/a")).headers
            assert {name: headers[name] for name in stored} == stored

    async def test_tags_are_kept_and_counted(self, house: House) -> None:
        assert (
            await ask_signed(house, "PUT", "/photos/a", body=BODY, headers=[("x-amz-tagging", "kind=card&of+whom=me%20")])
        ).status == 200
        head = house.head("a")
        assert head
        assert head.content.tags == {"kind": "card", "of whom": "me "}
        assert (await ask(house, "GET", "/photos/a")).headers["x-amz-tagging-count"] == "2"

    async def test_without_tags_none_are_counted(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=BODY, headers=[("x-amz-tagging", "")])
        assert "x-amz-tagging-count" not in (await ask(house, "GET", "/photos/a")).headers

    @pytest.mark.parametrize(
        "tags",
        ["a=1&a=2", "=x", "a=%00", "a=%zz", "a=<", "aws:a=1", "é=1", "\udcff=1", "x" * 129, "&".join(f"t{n}=1" for n in range(51))],
    )
    async def test_tags_that_are_not_valid_are_refused(self, tags: str, canary: House) -> None:
        async with connected(canary) as wire:
            reply = await wire.ask("PUT", "/photos/a", body=BODY, headers=[("x-amz-tagging", tags)])
            assert (reply.status, reply.code()) == (400, "InvalidTag")
            assert await wire.is_alive()
        assert canary.keys == ["canary"]

    async def test_tags_that_were_not_signed_are_refused(self, canary: House) -> None:
        headers = sign(canary.alice.pair, "PUT", "/photos/a", canary.port, body=BODY)
        async with connected(canary) as wire:
            sent = request("PUT", "/photos/a", [*headers, ("x-amz-tagging", "a=1")], BODY)
            reply = await (await wire.send(sent)).reply()
            assert (reply.status, reply.code()) == (403, "AccessDenied")
        assert canary.keys == ["canary"]

    async def test_private_is_what_everything_is(self, house: House) -> None:
        assert (await ask_signed(house, "PUT", "/photos/a", body=BODY, headers=[("x-amz-acl", "private")])).status == 200

    @pytest.mark.parametrize("encoding", ["aws-chunked", "gzip,aws-chunked", "aws-chunked, gzip"])
    async def test_chunks_are_never_stored_as_content(self, encoding: str, house: House) -> None:
        reply = await ask(house, "PUT", "/photos/a", body=BODY, headers=[("Content-Encoding", encoding)])
        assert (reply.status, reply.code()) == (501, "NotImplemented")
        assert not house.keys


class TestChecksums:
    @pytest.mark.parametrize("header", CHECKSUMS)
    async def test_one_that_is_right_is_repeated(self, header: str, house: House) -> None:
        said = base64_of(CHECKSUMS[header])
        algorithm = header.removeprefix("x-amz-checksum-").upper()
        headers = [(header, said), ("x-amz-sdk-checksum-algorithm", algorithm)]
        reply = await ask_signed(house, "PUT", "/photos/a", body=BODY, headers=headers)
        assert (reply.status, reply.headers[header], reply.headers["x-amz-checksum-type"]) == (200, said, "FULL_OBJECT")

    async def test_nothing_is_said_of_what_was_not_claimed(self, house: House) -> None:
        reply = await ask_signed(house, "PUT", "/photos/a", body=BODY)
        assert not [name for name in reply.headers if name.startswith("x-amz-checksum")]

    @pytest.mark.parametrize("header", CHECKSUMS)
    async def test_one_that_is_wrong_leaves_nothing(self, header: str, canary: House) -> None:
        wrong = bytes([CHECKSUMS[header][0] ^ 1]) + CHECKSUMS[header][1:]
        async with connected(canary) as wire:
            reply = await wire.ask("PUT", "/photos/a", body=BODY, headers=[(header, base64_of(wrong))])
            assert (reply.status, reply.code()) == (400, "BadDigest")
            assert await wire.is_alive()
        assert canary.keys == ["canary"]

    @pytest.mark.parametrize(
        "headers",
        [
            [("x-amz-checksum-crc32", "AAAA")],
            [("x-amz-checksum-crc32", "!!!!!!==")],
            [("x-amz-checksum-crc32", "")],
            [("x-amz-sdk-checksum-algorithm", "CRC32")],
            [("x-amz-sdk-checksum-algorithm", "SHA1"), ("x-amz-checksum-crc32", base64_of(CHECKSUMS["x-amz-checksum-crc32"]))],
            [(header, base64_of(value)) for header, value in CHECKSUMS.items()][:2],
        ],
    )
    async def test_what_is_no_checksum_is_refused(self, headers: list[tuple[str, str]], house: House) -> None:
        reply = await ask(house, "PUT", "/photos/a", body=BODY, headers=headers)
        assert (reply.status, reply.code()) == (400, "InvalidArgument")
        assert not house.keys

    @pytest.mark.parametrize("header", ["x-amz-checksum-sha512", "x-amz-checksum-xxhash64", "x-amz-checksum-of-tomorrow"])
    async def test_one_that_we_cannot_compute_is_never_passed_over(self, header: str, house: House) -> None:
        reply = await ask(house, "PUT", "/photos/a", body=BODY, headers=[(header, "AAAA")])
        assert (reply.status, reply.code()) == (501, "NotImplemented")
        assert not house.keys

    @pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
    async def test_the_most_common_client_sends_any_of_them(self, algorithm: str, house: House) -> None:
        field = f"Checksum{algorithm}"

        def use(s3: Any) -> str:
            said: str = s3.put_object(Bucket="photos", Key="a", Body=BODY, ChecksumAlgorithm=algorithm)[field]
            return said

        assert await by_boto(house, use) == base64_of(CHECKSUMS[f"x-amz-checksum-{algorithm.lower()}"])

    async def test_the_most_common_client_checks_by_itself(self, house: House) -> None:
        """By default it sends a CRC32 in a header and verifies what it reads."""

        def use(s3: Any) -> tuple[str, Any, bytes]:
            put = s3.put_object(Bucket="photos", Key="a", Body=io.BytesIO(BODY))
            got = s3.get_object(Bucket="photos", Key="a")
            return put["ChecksumCRC32"], got["ChecksumType"], got["Body"].read()

        said = base64_of(CHECKSUMS["x-amz-checksum-crc32"])
        assert await by_boto(house, use) == (said, "FULL_OBJECT", BODY)


class TestVersions:
    async def test_a_bucket_that_keeps_none_says_none(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=BODY)
        for method in ("PUT", "GET", "HEAD", "DELETE"):
            assert "x-amz-version-id" not in (await ask(house, method, "/photos/a")).headers

    async def test_a_bucket_that_keeps_them_says_which(self, house: House) -> None:
        await house.catalog.create_bucket(values.bucket(house.alice.user, "kept", versioning=Versioning.ENABLED))
        first, second = [(await ask(house, "PUT", "/kept/a", body=body)).headers["x-amz-version-id"] for body in (b"1", b"2")]
        assert first != second
        for method in ("GET", "HEAD"):
            assert (await ask(house, method, "/kept/a")).headers["x-amz-version-id"] == second
        gone = (await ask(house, "DELETE", "/kept/a")).headers
        assert gone["x-amz-delete-marker"] == "true"
        assert gone["x-amz-version-id"] not in (first, second)

    async def test_a_bucket_that_has_ceased_to_keeps_one_without_an_id(self, house: House) -> None:
        await house.catalog.create_bucket(values.bucket(house.alice.user, "kept", versioning=Versioning.SUSPENDED))
        assert (await ask(house, "PUT", "/kept/a", body=BODY)).headers["x-amz-version-id"] == "null"
