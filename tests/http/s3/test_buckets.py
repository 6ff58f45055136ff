"""CreateBucket, HeadBucket, GetBucketLocation and DeleteBucket."""

import base64
import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from buckets.model.account import Role
from buckets.names import BucketName
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import ask, ask_signed, connected, request, sign


def located(region: str) -> bytes:
    constraint = f"<LocationConstraint>{region}</LocationConstraint>"
    return f'<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{constraint}</CreateBucketConfiguration>'.encode()


class TestCreating:
    @pytest.mark.parametrize("body", [b"", located("us-east-1"), located(""), b"<CreateBucketConfiguration/>"])
    async def test_a_bucket_is_made_where_it_is_to_be(self, body: bytes, house: House) -> None:
        reply = await ask_signed(house, "PUT", "/cards", body=body)
        assert (reply.status, reply.body, reply.headers["location"]) == (200, b"", "/cards")
        made = house.catalog.buckets[BucketName("cards")]
        assert (made.account, made.owner) == (house.alice.user.account, house.alice.user.id)
        assert (await ask(house, "PUT", "/cards/a", body=b"x")).status == 200

    async def test_another_region_is_refused(self, house: House) -> None:
        reply = await ask(house, "PUT", "/cards", body=located("eu-west-1"))
        assert (reply.status, reply.code()) == (400, "InvalidLocationConstraint")
        assert b"<LocationConstraint>eu-west-1</LocationConstraint>" in reply.body
        assert BucketName("cards") not in house.catalog.buckets

    @pytest.mark.parametrize("body", [b"x", b"<Delete/>", located("us-east-1")[:-1], b"<!DOCTYPE x><CreateBucketConfiguration/>"])
    async def test_what_is_no_such_document_is_refused(self, body: bytes, house: House) -> None:
        reply = await ask(house, "PUT", "/cards", body=body)
        assert (reply.status, reply.code()) == (400, "MalformedXML")
        assert BucketName("cards") not in house.catalog.buckets

    async def test_a_body_must_be_what_was_signed(self, house: House) -> None:
        headers = sign(house.alice.pair, "PUT", "/cards", house.port, body=located("eu-west-1"))
        async with connected(house) as wire:
            reply = await (await wire.send(request("PUT", "/cards", headers, b""))).reply()
        assert (reply.status, reply.code()) == (400, "XAmzContentSHA256Mismatch")
        assert BucketName("cards") not in house.catalog.buckets

    async def test_a_checksum_must_be_right(self, house: House) -> None:
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        reply = await ask(house, "PUT", "/cards", body=located("us-east-1"), headers=[("x-amz-checksum-sha256", wrong)])
        assert (reply.status, reply.code()) == (400, "BadDigest")
        assert BucketName("cards") not in house.catalog.buckets

    async def test_one_s_own_bucket_is_another_s_trouble(self, house: House) -> None:
        await house.tenant("210987654321", "secrets")
        for name, code in [("photos", "BucketAlreadyOwnedByYou"), ("secrets", "BucketAlreadyExists")]:
            reply = await ask(house, "PUT", f"/{name}")
            assert (reply.status, reply.code()) == (409, code)

    async def test_a_name_must_be_valid(self, house: House) -> None:
        for name in ("Cards", "ca", "c" * 64, "192.168.0.1", "abc%0a", "xn--cards"):
            reply = await ask(house, "PUT", f"/{name}")
            assert (reply.status, reply.code()) == (400, "InvalidBucketName"), name

    @pytest.mark.parametrize(
        "header",
        [
            ("x-amz-acl", "private"),
            ("x-amz-bucket-object-lock-enabled", "false"),
            ("x-amz-object-ownership", "BucketOwnerEnforced"),
        ],
    )
    async def test_what_is_so_anyway_may_be_asked_for(self, header: tuple[str, str], house: House) -> None:
        assert (await ask_signed(house, "PUT", "/cards", headers=[header])).status == 200

    @pytest.mark.parametrize(
        "header",
        [
            ("x-amz-acl", "public-read"),
            ("x-amz-acl", "public-read-write"),
            ("x-amz-grant-read", "id=1"),
            ("x-amz-bucket-object-lock-enabled", "true"),
            ("x-amz-object-ownership", "ObjectWriter"),
        ],
    )
    async def test_what_we_cannot_do_is_refused(self, header: tuple[str, str], house: House) -> None:
        reply = await ask_signed(house, "PUT", "/cards", headers=[header])
        assert (reply.status, reply.code()) == (501, "NotImplemented")
        assert BucketName("cards") not in house.catalog.buckets

    @pytest.mark.parametrize("role", [Role.USER, Role.SERVICE, Role.READ_ONLY])
    async def test_only_who_governs_may(self, role: Role, house: House) -> None:
        house.alice = await house.tenant("123456789012", "other", role)
        for method, target in (("PUT", "/cards"), ("DELETE", "/other")):
            reply = await ask(house, method, target)
            assert (reply.status, reply.code()) == (403, "AccessDenied")
        assert BucketName("other") in house.catalog.buckets
        assert BucketName("cards") not in house.catalog.buckets


class TestAsking:
    async def test_head_says_the_region_and_nothing_else(self, house: House) -> None:
        reply = await ask(house, "HEAD", "/photos")
        assert (reply.status, reply.headers["x-amz-bucket-region"]) == (200, "us-east-1")

    async def test_the_location_is_that_of_the_service(self, house: House) -> None:
        assert Document(await ask(house, "GET", "/photos?location")).name == "LocationConstraint"
        assert await by_boto(house, lambda s3: s3.get_bucket_location(Bucket="photos")["LocationConstraint"]) is None

    @pytest.mark.parametrize(
        ("method", "target"), [("HEAD", ""), ("DELETE", ""), ("GET", "?location"), ("GET", ""), ("GET", "?list-type=2")]
    )
    async def test_another_account_s_bucket_is_none(self, method: str, target: str, house: House) -> None:
        await house.tenant("210987654321", "secrets")
        theirs, none = [await ask(house, method, f"/{bucket}{target}") for bucket in ("secrets", "nowhere")]
        assert theirs.status == none.status == 404
        assert theirs.body.replace(b"secrets", b"nowhere").partition(b"<RequestId>")[0] == none.body.partition(b"<RequestId>")[0]
        assert method == "HEAD" or none.code() == "NoSuchBucket"
        assert "secrets" in house.catalog.buckets


class TestDeleting:
    async def test_an_empty_bucket_goes(self, house: House) -> None:
        assert (await ask(house, "DELETE", "/photos")).status == 204
        assert (await ask(house, "HEAD", "/photos")).status == 404

    async def test_a_bucket_with_something_in_it_stays(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x")
        reply = await ask(house, "DELETE", "/photos")
        assert (reply.status, reply.code()) == (409, "BucketNotEmpty")
        assert (await ask(house, "GET", "/photos/a")).body == b"x"

    async def test_trash_does_not_keep_a_bucket(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x")
        await ask(house, "DELETE", "/photos/a")
        assert (await ask(house, "DELETE", "/photos")).status == 204


async def test_the_most_common_client_gets_along_with_buckets(house: House) -> None:
    def use(s3: Any) -> tuple[str, str, int]:
        made = s3.create_bucket(Bucket="cards", ACL="private", ObjectLockEnabledForBucket=False)
        region = s3.head_bucket(Bucket="cards")["BucketRegion"]
        with pytest.raises(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket="cards")
        s3.delete_bucket(Bucket="cards")
        with pytest.raises(ClientError) as refused:
            s3.head_bucket(Bucket="cards")
        return made["Location"], region, refused.value.response["ResponseMetadata"]["HTTPStatusCode"]

    assert await by_boto(house, use) == ("/cards", "us-east-1", 404)
