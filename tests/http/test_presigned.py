"""Presigned requests, on both fronts: as boto3 makes them, and as whoever holds one would like them to be."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from tests.http.house import House
from tests.http.wire import Headers, Reply, ask, connected, request

FRONTS = ["/photos/", "/v1/objects/photos/"]
S3, REST = FRONTS
WRONG = {S3: b"<Code>SignatureDoesNotMatch</Code>", REST: b"The signature is not that of the request."}
HOSTILE = ["~", "*", "+", "%20", "%2F", "a//b", "a/./b", "a/../b", "é", "e\u0301", "a b", "a;b=c&d?e#f"]
SHA256 = hashlib.sha256(b"hello").hexdigest()
front = pytest.mark.parametrize("front", FRONTS, ids=["s3", "rest"])


def presign(
    house: House,
    method: str,
    target: str,
    *,
    headers: Headers = (),
    expires: object = 60,
    ago: timedelta = timedelta(0),
) -> str:
    """A target with its signature. `headers` are signed too, and have to be sent."""
    message = AWSRequest(method, f"http://{host(house)}{target}")
    for name, value in headers:
        message.headers[name] = value
    with patch("botocore.auth.get_current_datetime", return_value=(datetime.now(UTC) - ago).replace(tzinfo=None)):
        S3SigV4QueryAuth(Credentials(*house.alice.pair), "s3", "us-east-1", expires=expires).add_auth(message)
    return target_of(message.url)


def target_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def host(house: House) -> str:
    return f"127.0.0.1:{house.port}"


async def use(house: House, method: str, target: str, *, headers: Headers = (), body: bytes = b"") -> Reply:
    """A request with no other credential than its target. The connection is as good as before."""
    async with connected(house) as wire:
        await wire.send(request(method, target, [("Host", host(house)), *headers], body))
        reply = await wire.reply(to=method)
        if house.head("canary"):
            await wire.is_alive()
        return reply


@pytest.fixture
def url(house: House) -> Callable[..., str]:
    """What boto3 makes for an operation."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host(house)}",
        aws_access_key_id=house.alice.pair.access_key,
        aws_secret_access_key=house.alice.pair.secret,
        region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )

    def url(operation: str, key: str, **parameters: Any) -> str:
        asked = {"Bucket": "photos", "Key": key, **parameters}
        return target_of(client.generate_presigned_url(operation, Params=asked, ExpiresIn=60))

    return url


class TestBoto3:
    @pytest.mark.parametrize("key", ["a/b.txt", *HOSTILE])
    async def test_an_object_is_put_read_and_deleted_by_whoever_holds_the_urls(
        self, house: House, url: Callable[..., str], key: str
    ) -> None:
        put = await use(house, "PUT", url("put_object", key), body=b"hello", headers=[("Content-Type", "text/plain")])
        assert put.status == 200, put
        assert house.keys == [key]
        got = await use(house, "GET", url("get_object", key))
        assert (got.status, got.body, got.headers["content-type"]) == (200, b"hello", "text/plain")
        head = await use(house, "HEAD", url("head_object", key))
        assert (head.status, head.headers["content-length"], head.headers["etag"]) == (200, "5", got.headers["etag"])
        assert (await use(house, "DELETE", url("delete_object", key))).status == 204
        assert house.keys == []

    async def test_what_was_signed_with_the_request_has_to_be_sent(self, house: House, url: Callable[..., str]) -> None:
        target = url("put_object", "a", ContentType="image/png", Metadata={"colour": "blue"})
        signed = [("Content-Type", "image/png"), ("x-amz-meta-colour", "blue")]
        for headers in ([], signed[:1], signed[1:], [signed[0], ("x-amz-meta-colour", "red")]):
            assert (await use(house, "PUT", target, headers=headers, body=b"hello")).status in {400, 403}
        assert house.head("a") is None
        assert (await use(house, "PUT", target, headers=signed, body=b"hello")).status == 200
        head = house.head("a")
        assert head
        assert (head.content.content_type, head.content.metadata) == ("image/png", {"colour": "blue"})

    async def test_a_part_is_read_with_a_range_that_nobody_signed(self, house: House, url: Callable[..., str]) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        reply = await use(house, "GET", url("get_object", "a"), headers=[("Range", "bytes=1-3")])
        assert (reply.status, reply.body) == (206, b"ell")


class TestBothFronts:
    @front
    async def test_a_presigned_request_needs_no_other_credential(self, house: House, front: str) -> None:
        assert (await use(house, "PUT", presign(house, "PUT", f"{front}a"), body=b"hello")).status < 300
        reply = await use(house, "GET", presign(house, "GET", f"{front}a"))
        assert (reply.status, reply.body) == (200, b"hello")
        assert (await use(house, "HEAD", presign(house, "HEAD", f"{front}a"))).status == 200
        assert (await use(house, "DELETE", presign(house, "DELETE", f"{front}a"))).status == 204
        assert house.head("a") is None

    @front
    @pytest.mark.parametrize("key", HOSTILE)
    async def test_a_key_is_signed_as_it_is_written(self, house: House, front: str, key: str) -> None:
        target = f"{front}{quote(key, safe='/~')}"
        assert (await use(house, "PUT", presign(house, "PUT", target), body=b"hello")).status < 300
        assert house.keys == [key]
        assert (await use(house, "GET", presign(house, "GET", target))).body == b"hello"

    @front
    async def test_an_unsigned_content_type_is_taken(self, house: House, front: str) -> None:
        target = presign(house, "PUT", f"{front}a")
        assert (await use(house, "PUT", target, headers=[("Content-Type", "image/png")], body=b"hello")).status < 300
        head = house.head("a")
        assert head
        assert head.content.content_type == "image/png"

    @front
    async def test_a_digest_in_the_query_must_be_that_of_the_body(self, canary: House, front: str) -> None:
        with patch.object(S3SigV4QueryAuth, "payload", return_value=SHA256):
            target = presign(canary, "PUT", f"{front}a?X-Amz-Content-Sha256={SHA256}")
        assert (await use(canary, "PUT", target, body=b"hullo")).status in {400, 422}
        assert canary.head("a") is None
        assert (await use(canary, "PUT", target, body=b"hello")).status < 300

    @front
    async def test_a_body_in_a_mode_that_only_the_query_names_is_not_taken(self, canary: House, front: str) -> None:
        target = presign(canary, "PUT", f"{front}a?X-Amz-Content-Sha256=STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        assert (await use(canary, "PUT", target, body=b"5\r\nhello\r\n0\r\n\r\n")).status >= 400
        assert canary.head("a") is None

    @front
    async def test_a_refusal_does_not_repeat_the_query(self, house: House, front: str) -> None:
        target = presign(house, "GET", f"{front}a")
        reply = await use(house, "GET", target)
        assert reply.status == 404
        assert target.partition("?")[0].encode() in reply.body
        assert b"X-Amz-" not in reply.body


class TestAttacks:
    """Their numbers are those of the catalogue."""

    @pytest.mark.parametrize(
        "header",
        ["x-amz-copy-source", "x-amz-tagging", "x-amz-storage-class", "x-amz-acl", "x-amz-website-redirect-location"],
    )
    async def test_34_a_header_added_to_a_presigned_put(self, canary: House, header: str) -> None:
        reply = await use(canary, "PUT", presign(canary, "PUT", "/photos/a"), headers=[(header, "/photos/canary")], body=b"hello")
        assert (reply.status, reply.code()) == (403, "AccessDenied")
        assert header.encode() in reply.body
        assert canary.keys == ["canary"]

    @pytest.mark.parametrize("header", ["Seawall-Meta-Colour", "Seawall-Act-As", "Idempotency-Key", "Dry-Run"])
    async def test_34_a_header_of_ours_added_to_a_presigned_put(self, canary: House, header: str) -> None:
        target = presign(canary, "PUT", "/v1/objects/photos/a")
        assert (await use(canary, "PUT", target, headers=[(header, "1")], body=b"hello")).status == 403
        assert canary.keys == ["canary"]

    @pytest.mark.parametrize("scheme", ["Bearer", "AWS4-HMAC-SHA256"])
    async def test_37_a_header_and_a_query_that_both_authenticate(self, canary: House, scheme: str) -> None:
        target = presign(canary, "GET", "/photos/canary")
        reply = await use(canary, "GET", target, headers=[("Authorization", f"{scheme} {canary.alice.token}")])
        assert (reply.status, reply.code()) == (400, "InvalidArgument")

    async def test_44_one_that_has_expired(self, canary: House) -> None:
        reply = await use(canary, "GET", presign(canary, "GET", "/photos/canary", ago=timedelta(hours=1)))
        assert (reply.status, reply.code()) == (403, "AccessDenied")
        assert b"<Expires>" in reply.body
        assert b"<ServerTime>" in reply.body

    async def test_44_one_that_is_not_valid_yet(self, canary: House) -> None:
        reply = await use(canary, "GET", presign(canary, "GET", "/photos/canary", ago=timedelta(hours=-1)))
        assert (reply.status, reply.code()) == (403, "RequestTimeTooSkewed")

    @pytest.mark.parametrize("expires", ["604801", "-1", "1e9", "1_0", str(10**30), 5000 * "9", "+5", "0", ""])
    async def test_45_a_life_that_is_none(self, canary: House, expires: str) -> None:
        reply = await use(canary, "GET", presign(canary, "GET", "/photos/canary", expires=expires))
        assert (reply.status, reply.code()) == (400, "AuthorizationQueryParametersError")

    @front
    @pytest.mark.parametrize(("method", "key"), [("PUT", "canary"), ("DELETE", "canary"), ("HEAD", "other"), ("GET", "other")])
    async def test_46_a_get_used_for_something_else(self, canary: House, front: str, method: str, key: str) -> None:
        await ask(canary, "PUT", "/photos/other", body=b"other")
        target = presign(canary, "GET", f"{front}canary").replace("canary", key, 1)
        reply = await use(canary, method, target, body=b"hello" if method == "PUT" else b"")
        assert reply.status == (403 if front == S3 else 401)
        if method != "HEAD":
            assert WRONG[front] in reply.body
        assert (await ask(canary, "GET", "/photos/canary")).body == b"canary in a coal mine"

    @pytest.mark.parametrize("added", ["x-id=GetObject", "X-Amz-Act-As=root"])
    async def test_47_a_parameter_added_that_every_operation_knows(self, canary: House, added: str) -> None:
        reply = await use(canary, "GET", f"{presign(canary, 'GET', '/photos/canary')}&{added}")
        assert (reply.status, reply.code()) == (403, "SignatureDoesNotMatch")

    async def test_47_a_parameter_added_that_makes_a_delete_final(self, canary: House) -> None:
        target = presign(canary, "DELETE", "/v1/objects/photos/canary")
        assert (await use(canary, "DELETE", f"{target}&permanent=true")).status == 401
        assert canary.head("canary")

    @pytest.mark.parametrize("added", ["versionId=1", "uploadId=a", "response-content-type=text%2Fhtml"])
    async def test_47_a_parameter_added_that_means_something_else(self, canary: House, added: str) -> None:
        reply = await use(canary, "GET", f"{presign(canary, 'GET', '/photos/canary')}&{added}")
        assert (reply.status, reply.code()) == (403, "SignatureDoesNotMatch")
        assert b"canary in a coal mine" not in reply.body

    async def test_43_a_signature_of_version_2(self, canary: House) -> None:
        async with connected(canary) as wire:
            await wire.send(request("GET", "/photos/canary?AWSAccessKeyId=AKIA&Signature=x&Expires=1795250611"))
            reply = await wire.reply()
            assert (reply.status, reply.code()) == (400, "InvalidRequest")

    @front
    @pytest.mark.parametrize("again", ["X-Amz-Signature", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-Date"])
    async def test_48_the_same_parameter_twice(self, canary: House, front: str, again: str) -> None:
        target = presign(canary, "GET", f"{front}canary")
        piece = next(piece for piece in target.partition("?")[2].split("&") if piece.startswith(again))
        for twice in (piece, piece.replace("-", "%2D", 1), f"{again}="):
            assert (await use(canary, "GET", f"{target}&{twice}")).status == 400
