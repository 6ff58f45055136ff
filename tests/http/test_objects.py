"""Put, get and head, on both fronts."""

import asyncio
import hashlib
import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from buckets.model.account import Role
from tests.http.house import House
from tests.http.wire import Reply, ask, ask_signed, connected, request

MD5 = hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
FRONTS = ["/photos/", "/v1/objects/photos/"]
S3, REST = FRONTS


def says(reply: Reply) -> Any:
    return json.loads(reply.body)


class TestRoundTrips:
    async def test_an_object_put_by_s3_is_read_by_both(self, house: House) -> None:
        put = await ask_signed(house, "PUT", "/photos/a/b.txt", body=b"hello", headers=[("Content-Type", "text/plain")])
        assert (put.status, put.headers["etag"], put.body) == (200, f'"{MD5}"', b"")
        for reply in (await ask_signed(house, "GET", "/photos/a/b.txt"), await ask(house, "GET", "/v1/objects/photos/a/b.txt")):
            assert (reply.status, reply.body, reply.headers["etag"]) == (200, b"hello", f'"{MD5}"')
            assert reply.headers["content-type"] == "text/plain"
            assert reply.headers["last-modified"].endswith(" GMT")

    async def test_an_object_put_by_rest_is_read_by_both(self, house: House) -> None:
        assert (await ask(house, "PUT", "/v1/objects/photos/a/b.txt", body=b"hello")).status == 201
        for reply in (await ask_signed(house, "GET", "/photos/a/b.txt"), await ask(house, "GET", "/v1/objects/photos/a/b.txt")):
            assert (reply.status, reply.body) == (200, b"hello")

    async def test_the_json_api_takes_signed_requests_too(self, house: House) -> None:
        assert (await ask_signed(house, "PUT", "/v1/objects/photos/a", body=b"hello")).status == 201
        assert (await ask_signed(house, "GET", "/v1/objects/photos/a")).body == b"hello"

    async def test_the_json_api_describes_what_it_stored(self, house: House) -> None:
        headers = [("Content-Type", "image/png"), ("Seawall-Meta-Colour", "red")]
        reply = await ask(house, "PUT", "/v1/objects/photos/a%20b/%C3%A9", body=b"hello", headers=headers)
        told = says(reply)
        path = "/v1/objects/photos/a%20b/%C3%A9"
        head = house.head("a b/é")
        assert head
        assert told.pop("created_at").startswith(f"{head.modified_at:%Y-%m-%dT%H:%M:%S}")
        assert told == {
            "id": str(head.version),
            "bucket": "photos",
            "key": "a b/é",
            "version": 1,
            "filename": "é",
            "size": 5,
            "content_type": "image/png",
            "etag": MD5,
            "sha256": hashlib.sha256(b"hello").hexdigest(),
            "state": "unscanned",
            "visibility": "private",
            "owner": str(house.alice.user.id),
            "tags": {},
            "metadata": {"colour": "red"},
            "url": f"{house.base_url}{path}",
            "immutable_url": f"{house.base_url}{path}?version={head.version}",
        }
        assert reply.headers["location"] == told["url"]
        assert (await ask(house, "GET", path)).body == b"hello"

    async def test_replacing_makes_a_version_too(self, house: House) -> None:
        assert [(await ask(house, "PUT", "/v1/objects/photos/a", body=body)).status for body in (b"1", b"2")] == [201, 201]
        assert (await ask(house, "GET", "/photos/a")).body == b"2"

    @pytest.mark.parametrize("front", FRONTS)
    async def test_an_empty_object_is_an_object(self, front: str, house: House) -> None:
        assert (await ask(house, "PUT", f"{front}empty")).status < 300
        reply = await ask(house, "GET", f"{front}empty")
        assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")

    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_large_object_comes_back_as_it_went(self, front: str, house: House) -> None:
        body = hashlib.shake_256(b"large").digest(3 << 20)
        assert (await ask(house, "PUT", f"{front}large", body=body)).status < 300
        reply = await ask(house, "GET", f"{front}large")
        assert reply.body == body
        assert house.meter.counted("seawall_bytes_total", direction="sent") >= len(body)

    @pytest.mark.parametrize("front", FRONTS)
    async def test_head_says_what_get_would_and_nothing_else(self, front: str, house: House) -> None:
        await ask(house, "PUT", f"{front}a", body=b"hello")
        async with connected(house) as wire:
            head, get = await wire.ask("HEAD", f"{front}a"), await wire.ask("GET", f"{front}a")
        changing = {"date", "x-request-id", "x-amz-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in changing} == {
            k: v for k, v in get.headers.items() if k not in changing
        }
        assert head.headers["content-length"] == "5"

    @pytest.mark.parametrize("checksums", ["when_required", "when_supported"])
    async def test_the_most_common_client_gets_along(self, checksums: str, house: House) -> None:
        def use() -> tuple[bytes, dict[str, str], int]:
            client = boto3.client(
                "s3",
                endpoint_url=f"http://127.0.0.1:{house.port}",
                aws_access_key_id=house.alice.pair.access_key,
                aws_secret_access_key=house.alice.pair.secret,
                region_name="us-east-1",
                config=Config(
                    s3={"addressing_style": "path"},
                    request_checksum_calculation=checksums,
                    retries={"total_max_attempts": 1},
                ),
            )
            client.put_object(Bucket="photos", Key="a b/é+~//x", Body=b"hello", Metadata={"Colour": "red"})
            got = client.get_object(Bucket="photos", Key="a b/é+~//x")
            size = client.head_object(Bucket="photos", Key="a b/é+~//x")["ContentLength"]
            with pytest.raises(client.exceptions.NoSuchKey):
                client.get_object(Bucket="photos", Key="none")
            client.close()
            return got["Body"].read(), got["Metadata"], size

        assert await asyncio.to_thread(use) == (b"hello", {"colour": "red"}, 5)


class TestWhatIsNotThere:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_an_unknown_key_is_said_to_be_unknown(self, method: str, house: House) -> None:
        s3, rest = [await ask(house, method, f"{front}none") for front in FRONTS]
        assert (s3.status, rest.status) == (404, 404)
        if method == "GET":
            assert s3.code() == "NoSuchKey"
            assert says(rest)["type"] == "urn:seawall:problem:no-such-object"
            assert says(rest)["request_id"] == rest.headers["x-request-id"]

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
    async def test_an_unknown_bucket_is_said_to_be_unknown(self, method: str, house: House) -> None:
        for front in ("/nowhere/", "/v1/objects/nowhere/"):
            reply = await ask(house, method, f"{front}a")
            assert reply.status == 404
        assert (await ask(house, "GET", "/nowhere/a")).code() == "NoSuchBucket"
        assert not house.keys

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
    async def test_a_bucket_of_another_account_answers_like_none(self, method: str, house: House) -> None:
        await house.tenant("210987654321", "secrets")
        theirs, none = [await ask(house, method, f"/{bucket}/a", body=b"x") for bucket in ("secrets", "nowhere")]
        assert theirs.status == none.status == 404
        assert theirs.body.replace(b"secrets", b"nowhere").partition(b"<RequestId>")[0] == none.body.partition(b"<RequestId>")[0]
        assert not house.keys

    async def test_a_path_below_v1_that_means_nothing_is_said_to(self, house: House) -> None:
        for path in ("/v1", "/v1/", "/v1/objects", "/v1/buckets/photos/planets", "/v1/planets/mars/x"):
            reply = await ask(house, "GET", path)
            assert says(reply)["type"] == "urn:seawall:problem:no-such-resource", path

    async def test_operations_that_are_not_there_yet_are_said_to_be(self, house: House) -> None:
        for method, target in [("GET", "/photos?uploads"), ("PUT", "/photos?policy"), ("GET", "/photos/a?tagging")]:
            reply = await ask(house, method, target)
            assert (reply.status, reply.code()) == (501, "NotImplemented"), target
        assert (await ask(house, "GET", "/v1/objects/photos/a?acl")).status == 501

    async def test_other_methods_are_told_which_are_allowed(self, house: House) -> None:
        for front, method, more in ((S3, "PATCH", set()), (REST, "POST", {"PATCH"})):
            reply = await ask(house, method, f"{front}a")
            assert (reply.status, set(reply.headers["allow"].split(", "))) == (405, {"DELETE", "GET", "HEAD", "PUT"} | more)


class TestCallers:
    @pytest.mark.parametrize("front", FRONTS)
    async def test_who_says_nothing_of_itself_gets_nothing(self, front: str, house: House) -> None:
        await ask(house, "PUT", f"{front}a", body=b"hello")
        async with connected(house) as wire:
            reply = await (await wire.send(request("GET", f"{front}a"))).reply()
            assert reply.status == (403 if front == S3 else 401)
            assert b"hello" not in reply.body
            assert (front == S3) or reply.headers["www-authenticate"] == "Bearer"

    async def test_a_wrong_secret_is_a_wrong_signature(self, house: House) -> None:
        house.alice.pair = house.alice.pair._replace(secret="x" * 40)
        reply = await ask_signed(house, "PUT", "/photos/a", body=b"hello")
        assert (reply.status, reply.code()) == (403, "SignatureDoesNotMatch")
        assert not house.keys

    async def test_who_may_only_read_cannot_write(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        reader = await house.tenant("123456789012", "other", Role.READ_ONLY)
        house.alice.token = reader.token
        assert (await ask(house, "PUT", "/photos/a", body=b"x")).status == 403
        assert (await ask(house, "PUT", "/v1/objects/photos/a", body=b"x")).status == 403
        assert (await ask(house, "GET", "/photos/a")).body == b"hello"


class TestConditions:
    @pytest.mark.parametrize("front", FRONTS)
    async def test_create_only_creates_once(self, front: str, house: House) -> None:
        headers = [("If-None-Match", "*")]
        assert (await ask(house, "PUT", f"{front}a", body=b"1", headers=headers)).status < 300
        assert (await ask(house, "PUT", f"{front}a", body=b"2", headers=headers)).status == 412
        assert (await ask(house, "GET", f"{front}a")).body == b"1"

    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_write_replaces_what_its_caller_knows(self, front: str, house: House) -> None:
        put = await ask(house, "PUT", f"{front}a", body=b"1")
        right, wrong = ("If-Match", put.headers["etag"]), ("If-Match", '"0123"')
        assert (await ask(house, "PUT", f"{front}a", body=b"2", headers=[wrong])).status == 412
        assert (await ask(house, "PUT", f"{front}none", body=b"2", headers=[right])).status == 404
        assert (await ask(house, "PUT", f"{front}a", body=b"2", headers=[right])).status < 300

    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_read_of_another_version_is_refused(self, front: str, house: House) -> None:
        etag = (await ask(house, "PUT", f"{front}a", body=b"1")).headers["etag"]
        for value, status in [(etag, 200), ("*", 200), (f'"x", {etag}', 200), ('"x"', 412), (f"W/{etag}", 412), ("x", 412)]:
            for method in ("GET", "HEAD"):
                assert (await ask(house, method, f"{front}a", headers=[("If-Match", value)])).status == status, value

    @pytest.mark.parametrize("header", [("If-None-Match", '"x"'), ("If-Unmodified-Since", "now")])
    async def test_a_condition_that_is_not_judged_is_refused(self, header: tuple[str, str], house: House) -> None:
        for front in FRONTS:
            assert (await ask(house, "PUT", f"{front}a", body=b"1", headers=[header])).status == 501
        assert not house.keys


class TestRanges:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("asked", "part", "said"),
        [
            ("bytes=0-0", b"h", "bytes 0-0/5"),
            ("bytes=1-3", b"ell", "bytes 1-3/5"),
            ("bytes=3-", b"lo", "bytes 3-4/5"),
            ("bytes=-2", b"lo", "bytes 3-4/5"),
            ("bytes=-99", b"hello", "bytes 0-4/5"),
            ("bytes=0-99999999999999999999", b"hello", None),
            ("bytes=2-99", b"llo", "bytes 2-4/5"),
            ("bytes=0-1,3-4", b"hello", None),
            ("bytes=9-0", b"hello", None),
            ("lines=1-2", b"hello", None),
            ("bytes=a-b", b"hello", None),
            ("bytes=-", b"hello", None),
        ],
    )
    async def test_a_part_is_a_part(self, front: str, asked: str, part: bytes, said: str | None, house: House) -> None:
        await ask(house, "PUT", f"{front}a", body=b"hello")
        reply = await ask(house, "GET", f"{front}a", headers=[("Range", asked)])
        assert (reply.status, reply.body, reply.headers.get("content-range")) == (206 if said else 200, part, said)
        head = await ask(house, "HEAD", f"{front}a", headers=[("Range", asked)])
        assert (head.status, head.headers["content-length"]) == (reply.status, reply.headers["content-length"])

    @pytest.mark.parametrize("asked", ["bytes=5-", "bytes=5-9", "bytes=-0", "bytes=99-"])
    async def test_a_part_that_is_not_there_is_refused(self, asked: str, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        reply = await ask(house, "GET", "/photos/a", headers=[("Range", asked)])
        assert (reply.status, reply.code(), reply.headers["content-range"]) == (416, "InvalidRange", "bytes */5")
        assert (await ask(house, "GET", "/v1/objects/photos/a", headers=[("Range", asked)])).status == 416
        assert (await ask(house, "HEAD", "/photos/a", headers=[("Range", asked)])).status == 416

    async def test_a_part_in_the_middle_of_a_large_object_is_just_that(self, house: House) -> None:
        body = hashlib.shake_256(b"large").digest(1 << 20)
        await ask(house, "PUT", "/photos/large", body=body)
        reply = await ask(house, "GET", "/photos/large", headers=[("Range", "bytes=100000-899999")])
        assert reply.body == body[100_000:900_000]


class TestMetadata:
    @pytest.mark.parametrize(("front", "prefix"), [(S3, "x-amz-meta-"), (REST, "seawall-meta-")])
    async def test_metadata_comes_back_as_it_went(self, front: str, prefix: str, house: House) -> None:
        headers = [(f"{prefix}Colour", "red, é"), (f"{prefix}empty", "")]
        assert (await ask(house, "PUT", f"{front}a", body=b"x", headers=headers)).status < 300
        head = house.head("a")
        assert head
        assert head.content.metadata == {"colour": "red, é", "empty": ""}
        reply = await ask(house, "GET", f"{front}a")
        assert (reply.headers[f"{prefix}colour"], reply.headers[f"{prefix}empty"]) == ("red, é", "")

    async def test_a_name_that_stands_twice_has_both_values(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x", headers=[("x-amz-meta-a", "1"), ("X-Amz-Meta-A", "2")])
        assert (await ask(house, "GET", "/photos/a")).headers["x-amz-meta-a"] == "1,2"

    @pytest.mark.parametrize("value", ["\udcff", "a\udcc3", "tab\there", "\x7f", "\x85"])
    async def test_what_no_answer_could_carry_is_refused(self, value: str, house: House) -> None:
        for front, prefix in ((S3, "x-amz-meta-"), (REST, "seawall-meta-")):
            assert (await ask(house, "PUT", f"{front}a", body=b"x", headers=[(f"{prefix}a", value)])).status == 400
        assert not house.keys

    async def test_two_kilobytes_are_enough(self, house: House) -> None:
        fits, not_quite = [("x-amz-meta-a", "x" * 2047)], [("x-amz-meta-a", "x" * 2048)]
        assert (await ask(house, "PUT", "/photos/a", body=b"x", headers=fits)).status == 200
        reply = await ask(house, "PUT", "/photos/b", body=b"x", headers=not_quite)
        assert (reply.status, reply.code()) == (400, "MetadataTooLarge")
        assert house.keys == ["a"]

    @pytest.mark.parametrize("value", ["x" * 257, "text/plain; name=\udcff", "é"])
    async def test_a_content_type_is_short_and_plain(self, value: str, house: House) -> None:
        assert (await ask(house, "PUT", "/photos/a", body=b"x", headers=[("Content-Type", value)])).status == 400
        assert not house.keys


class TestWhatIsNotUnderstood:
    @pytest.mark.parametrize(
        "header",
        [
            ("x-amz-acl", "public-read"),
            ("x-amz-storage-class", "GLACIER"),
            ("x-amz-server-side-encryption", "AES256"),
            ("x-amz-object-lock-mode", "GOVERNANCE"),
            ("x-amz-checksum-type", "COMPOSITE"),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
            ("x-amz-website-redirect-location", "/"),
            ("x-amz-something-of-tomorrow", "1"),
            ("Content-Encoding", "aws-chunked"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ],
    )
    async def test_a_header_that_would_change_the_meaning_is_refused(self, header: tuple[str, str], house: House) -> None:
        replies = [await ask(house, "PUT", "/photos/a", body=b"x", headers=[header])]
        if header[0] != "x-amz-content-sha256":
            replies.append(await ask_signed(house, "PUT", "/photos/a", body=b"x", headers=[header]))
        assert {(reply.status, reply.code()) for reply in replies} == {(501, "NotImplemented")}
        assert not house.keys

    @pytest.mark.parametrize("name", ["Dry-Run", "Seawall-Something"])
    async def test_a_header_of_ours_that_is_not_there_yet_is_refused(self, name: str, house: House) -> None:
        for asked in (ask, ask_signed):
            reply = await asked(house, "PUT", "/v1/objects/photos/a", body=b"x", headers=[(name, "1")])
            assert (reply.status, says(reply)["type"]) == (501, "urn:seawall:problem:not-implemented")
        assert not house.keys

    @pytest.mark.parametrize("header", [("x-amz-storage-class", "STANDARD"), ("x-amz-cf-id", "1"), ("x-amzn-trace-id", "1")])
    async def test_a_header_that_says_nothing_new_is_no_hindrance(self, header: tuple[str, str], house: House) -> None:
        assert (await ask(house, "PUT", "/photos/a", body=b"x", headers=[header])).status == 200

    @pytest.mark.parametrize("query", ["acl", "versionId=1", "uploads", "renameObject", "response-content-type=text/html"])
    async def test_a_parameter_that_would_change_the_meaning_is_refused(self, query: str, house: House) -> None:
        for target in (f"/photos/a?{query}", f"/v1/objects/photos/a?{query}"):
            assert (await ask(house, "PUT", target, body=b"x")).status == 501
        assert not house.keys

    async def test_the_name_of_the_operation_changes_nothing(self, house: House) -> None:
        assert (await ask(house, "PUT", "/photos/a?x-id=PutObject", body=b"x")).status == 200

    async def test_a_parameter_stands_once(self, house: House) -> None:
        assert (await ask(house, "GET", "/photos/a?x-id=1&x-id=2")).code() == "InvalidArgument"


class TestSafeServing:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("content_type", "kind"),
        [
            ("image/png", "inline"),
            ("IMAGE/JPEG; x=y", "inline"),
            ("video/mp4", "inline"),
            ("text/plain", "inline"),
            ("text/html", "attachment"),
            ("image/svg+xml", "attachment"),
            ("application/pdf", "attachment"),
            ("text/xml", "attachment"),
        ],
    )
    async def test_what_could_run_is_never_shown_in_place(self, front: str, content_type: str, kind: str, house: House) -> None:
        await ask(house, "PUT", f"{front}a/page", body=b"<script>", headers=[("Content-Type", content_type)])
        for method in ("GET", "HEAD"):
            headers = (await ask(house, method, f"{front}a/page")).headers
            assert headers["content-type"] == content_type
            assert headers["content-disposition"].startswith(f'{kind}; filename="page"')
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["content-security-policy"] == "sandbox; default-src 'none'"

    @pytest.mark.parametrize(
        ("key", "said"),
        [
            ("x%22.html", "filename=\"x_.html\"; filename*=UTF-8''x%22.html"),
            ("%E2%80%AEgpj.exe", "filename=\"_gpj.exe\"; filename*=UTF-8''_gpj.exe"),
            ("a%0D%0Ab", "filename=\"a__b\"; filename*=UTF-8''a__b"),
            ("%F0%9F%98%80.png", "filename=\"_.png\"; filename*=UTF-8''%F0%9F%98%80.png"),
            ("100%25%5C", "filename=\"100__\"; filename*=UTF-8''100%25%5C"),
            ("folder/", "filename=\"folder\"; filename*=UTF-8''folder"),
            ("/", "filename=\"file\"; filename*=UTF-8''file"),
        ],
    )
    async def test_every_name_can_be_saved(self, key: str, said: str, house: House) -> None:
        assert (await ask(house, "PUT", f"/photos/{key}", body=b"x")).status == 200
        assert (await ask(house, "GET", f"/photos/{key}")).headers["content-disposition"] == f"attachment; {said}"


class TestAccounts:
    async def test_each_request_is_counted_and_has_its_line(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello", headers=[("User-Agent", "somebody \udcff")])
        await ask(house, "GET", "/v1/objects/photos/none?X-Amz-Date=secret")
        put, get = house.lines
        assert (put["surface"], put["operation"], put["status"], put["received"]) == ("s3", "PutObject", "200", 5)
        assert put["agent"] == "somebody \ufffd"
        assert (get["surface"], get["operation"], get["status"]) == ("rest", "GetObject", "404")
        assert house.meter.counted("seawall_requests_total", surface="s3", operation="PutObject", status="200") == 1
        assert len(house.meter.observed("seawall_request_seconds", surface="rest")) == 1

    async def test_each_answer_bears_its_id_and_our_name(self, house: House) -> None:
        async with connected(house) as wire:
            replies = [await wire.ask("GET", target) for target in ("/photos/a", "/photos/a", "/v1/objects/photos/a", "/v1/x")]
        ids = [reply.headers.get("x-amz-request-id") or reply.headers["x-request-id"] for reply in replies]
        assert len(set(ids)) == 4
        assert all(len(each) == 16 and each == each.upper() for each in ids)
        assert {reply.headers["server"] for reply in replies} == {"Seawall"}

    async def test_what_is_forwarded_is_not_believed(self, house: House) -> None:
        await ask(house, "GET", "/photos/a", headers=[("X-Forwarded-For", "8.8.8.8"), ("Forwarded", "for=8.8.8.8")])
        assert house.lines[0]["address"] == "127.0.0.1"
