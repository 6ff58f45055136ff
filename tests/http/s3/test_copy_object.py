"""CopyObject, and what it is told to copy."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import ClientFault
from buckets.model.bucket import Versioning
from gateway.s3.copy_source import CopySource
from tests.factories import values
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import Reply, ask, ask_signed, connected, request, sign

BODY = b"hello"
SOURCE = ("x-amz-copy-source", "/photos/a")
UNKNOWN = "0192d3a4-0000-7000-8000-000000000000"


async def copy(house: House, *headers: tuple[str, str], to: str = "/photos/b", source: str = "/photos/a") -> Reply:
    return await ask(house, "PUT", to, headers=[("x-amz-copy-source", source), *headers])


@pytest.fixture
async def stored(house: House) -> House:
    words = [
        ("Content-Type", "image/png"),
        ("Cache-Control", "max-age=60"),
        ("x-amz-meta-colour", "red"),
        ("x-amz-tagging", "kind=card"),
    ]
    assert (await ask(house, "PUT", "/photos/a", body=BODY, headers=words)).status == 200
    return house


class TestCopying:
    async def test_a_copy_is_the_same(self, stored: House) -> None:
        reply = await copy(stored)
        told = Document(reply)
        first, second = stored.head("a"), stored.head("b")
        assert first
        assert second
        assert second.content == first.content
        assert (told.name, told.text("ETag")) == ("CopyObjectResult", f'"{second.content.digests.etag}"')
        assert (told.text("LastModified") or "").startswith(f"{second.modified_at:%Y-%m-%dT%H:%M:%S}")
        assert (await ask(stored, "GET", "/photos/b")).body == BODY

    async def test_a_copy_goes_into_another_bucket(self, stored: House) -> None:
        await stored.catalog.create_bucket(values.bucket(stored.alice.user, "cards"))
        assert (await copy(stored, to="/cards/b", source="photos/a")).status == 200
        assert (await ask(stored, "GET", "/cards/b")).body == BODY
        assert (await ask(stored, "GET", "/photos/b")).status == 404

    async def test_words_are_replaced_together(self, stored: House) -> None:
        words = [("Content-Type", "text/plain"), ("Expires", "never"), ("x-amz-meta-size", "A4")]
        assert (await copy(stored, ("x-amz-metadata-directive", "REPLACE"), *words)).status == 200
        head = stored.head("b")
        assert head
        content = head.content
        assert (content.content_type, content.headers, content.metadata) == ("text/plain", {"expires": "never"}, {"size": "A4"})
        assert content.tags == {"kind": "card"}

    async def test_tags_are_replaced_by_themselves(self, stored: House) -> None:
        assert (await copy(stored, ("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", "kind=sheet"))).status == 200
        assert (await copy(stored, ("x-amz-tagging-directive", "REPLACE"), to="/photos/c")).status == 200
        sheet, bare = stored.head("b"), stored.head("c")
        assert sheet
        assert bare
        assert (sheet.content.tags, bare.content.tags) == ({"kind": "sheet"}, {})
        assert sheet.content.metadata == bare.content.metadata == {"colour": "red"}

    @pytest.mark.parametrize("directive", [[], [("x-amz-metadata-directive", "COPY"), ("x-amz-tagging-directive", "COPY")]])
    async def test_a_copy_of_the_words_is_one(self, directive: list[tuple[str, str]], stored: House) -> None:
        said = [("Content-Type", "text/plain"), ("x-amz-meta-colour", "blue"), ("x-amz-tagging", "kind=sheet")]
        assert (await copy(stored, *directive, *said)).status == 200
        first, second = stored.head("a"), stored.head("b")
        assert first
        assert second
        assert first.content == second.content

    @pytest.mark.parametrize("name", ["x-amz-metadata-directive", "x-amz-tagging-directive"])
    @pytest.mark.parametrize("value", ["replace", "MERGE", ""])
    async def test_a_directive_is_one_of_two(self, name: str, value: str, stored: House) -> None:
        reply = await copy(stored, (name, value))
        assert (reply.status, reply.code()) == (400, "InvalidArgument")
        assert stored.keys == ["a"]

    @pytest.mark.parametrize(
        ("directive", "words"),
        [
            ("x-amz-metadata-directive", ("x-amz-meta-a", "x" * 2048)),
            ("x-amz-metadata-directive", ("x-amz-meta-a", "\x85")),
            ("x-amz-metadata-directive", ("Cache-Control", "é")),
            ("x-amz-tagging-directive", ("x-amz-tagging", "a=1&a=2")),
        ],
    )
    async def test_words_that_are_not_valid_are_refused(self, directive: str, words: tuple[str, str], stored: House) -> None:
        reply = await copy(stored, (directive, "REPLACE"), words)
        assert reply.status == 400
        assert reply.code() in ("MetadataTooLarge", "InvalidArgument", "InvalidTag")
        assert stored.keys == ["a"]

    async def test_a_copy_onto_itself_must_change_something(self, stored: House) -> None:
        reply = await copy(stored, to="/photos/a")
        assert (reply.status, reply.code()) == (400, "InvalidRequest")
        words = [("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-colour", "blue")]
        assert (await copy(stored, *words, to="/photos/a")).status == 200
        head = stored.head("a")
        assert head
        assert (head.content.metadata, head.content.size) == ({"colour": "blue"}, len(BODY))
        assert (await ask(stored, "GET", "/photos/a")).body == BODY

    async def test_conditions_are_about_what_is_replaced(self, stored: House) -> None:
        etag = (await copy(stored, ("If-None-Match", "*"))).body.partition(b"&quot;")[2].partition(b"&quot;")[0].decode()
        assert (await copy(stored, ("If-None-Match", "*"))).code() == "PreconditionFailed"
        assert (await copy(stored, ("If-Match", '"other"'))).code() == "PreconditionFailed"
        assert (await copy(stored, ("If-Match", f'"{etag}"'))).status == 200

    async def test_versions_are_named_where_they_are_kept(self, stored: House) -> None:
        await stored.catalog.create_bucket(values.bucket(stored.alice.user, "kept", versioning=Versioning.ENABLED))
        first, _ = [(await ask(stored, "PUT", "/kept/a", body=body)).headers["x-amz-version-id"] for body in (b"1", b"2")]
        copied = await copy(stored, to="/kept/b", source=f"/kept/a?versionId={first}")
        assert copied.headers["x-amz-copy-source-version-id"] == first
        assert copied.headers["x-amz-version-id"] == (await ask(stored, "HEAD", "/kept/b")).headers["x-amz-version-id"]
        assert (await ask(stored, "GET", "/kept/b")).body == b"1"
        assert "x-amz-version-id" not in (await copy(stored)).headers

    async def test_the_most_common_client_gets_along(self, stored: House) -> None:
        def use(s3: Any) -> tuple[str, dict[str, str]]:
            source = {"Bucket": "photos", "Key": "a"}
            copied = s3.copy_object(
                Bucket="photos", Key="b +é", CopySource=source, MetadataDirective="REPLACE", Metadata={"size": "A4"}
            )
            s3.copy_object(Bucket="photos", Key="c", CopySource="photos/b +é")
            return copied["CopyObjectResult"]["ETag"], s3.head_object(Bucket="photos", Key="c")["Metadata"]

        head = stored.head("a")
        assert head
        assert await by_boto(stored, use) == (f'"{head.content.digests.etag}"', {"size": "A4"})


class TestRefusals:
    @pytest.mark.parametrize(
        ("source", "status", "code"),
        [
            ("/photos/none", 404, "NoSuchKey"),
            ("/nowhere/a", 404, "NoSuchBucket"),
            (f"/photos/a?versionId={UNKNOWN}", 404, "NoSuchVersion"),
            ("/nowhere/../photos/a", 404, "NoSuchBucket"),
            ("/photos/../photos/a", 404, "NoSuchKey"),
            ("/photos/%2e%2e/photos/a", 404, "NoSuchKey"),
            ("/photos/%2561", 404, "NoSuchKey"),
            ("/photos/+a", 404, "NoSuchKey"),
            ("", 400, "InvalidBucketName"),
            ("/", 400, "InvalidBucketName"),
            ("//", 400, "InvalidBucketName"),
            ("//photos/a", 400, "InvalidBucketName"),
            ("../photos/a", 400, "InvalidBucketName"),
            ("%2e%2e/photos/a", 400, "InvalidBucketName"),
            ("http://storage.example/photos/a", 400, "InvalidBucketName"),
            ("/photos", 400, "InvalidURI"),
            ("/photos/", 400, "InvalidURI"),
            ("/photos/%00", 400, "InvalidURI"),
            ("/photos/%ff", 400, "InvalidURI"),
            ("/photos/%c0%af", 400, "InvalidURI"),
            ("/photos/" + "x" * 1025, 400, "KeyTooLongError"),
            ("/photos/%zz", 400, "InvalidArgument"),
            ("/photos/a%", 400, "InvalidArgument"),
            ("/photos/é", 400, "InvalidArgument"),
            ("/photos/\udcff", 400, "InvalidArgument"),
            ("/photos/a?", 400, "InvalidArgument"),
            ("/photos/a?x=1", 400, "InvalidArgument"),
            ("/photos/a?versionId=", 400, "InvalidArgument"),
            ("/photos/a?versionId=null", 400, "InvalidArgument"),
            ("/photos/a?versionId=' OR 1=1", 400, "InvalidArgument"),
            (f"/photos/a?versionId={UNKNOWN.upper()}", 400, "InvalidArgument"),
            (f"/photos/a?versionId={UNKNOWN}&x=1", 400, "InvalidArgument"),
            (f"/photos/a?versionId=%30{UNKNOWN[1:]}", 400, "InvalidArgument"),
        ],
    )
    async def test_a_source_is_a_name_and_nothing_else(self, source: str, status: int, code: str, canary: House) -> None:
        await ask(canary, "PUT", "/photos/a", body=BODY)
        async with connected(canary) as wire:
            reply = await wire.ask("PUT", "/photos/b", headers=[("x-amz-copy-source", source)])
            assert (reply.status, reply.code()) == (status, code)
            assert await wire.is_alive()
        assert canary.keys == ["canary", "a"]

    async def test_nobody_copies_from_others(self, stored: House) -> None:
        theirs = await stored.tenant("210987654321", "secrets")
        mine, stored.alice = stored.alice, theirs
        await ask(stored, "PUT", "/secrets/a", body=b"secret")
        stored.alice = mine
        for source in ("/secrets/a", "/photos/../secrets/a", "/photos/%2e%2e%2fsecrets%2fa"):
            reply = await copy(stored, source=source)
            assert reply.status == 404
        assert (await copy(stored, to="/secrets/b")).code() == "NoSuchBucket"
        assert set(stored.keys) == {"a"}

    async def test_a_source_must_be_signed(self, stored: House) -> None:
        headers = sign(stored.alice.pair, "PUT", "/photos/b", stored.port)
        async with connected(stored) as wire:
            reply = await (await wire.send(request("PUT", "/photos/b", [*headers, SOURCE]))).reply()
        assert (reply.status, reply.code()) == (403, "AccessDenied")
        assert (await ask_signed(stored, "PUT", "/photos/b", headers=[SOURCE])).status == 200

    async def test_two_sources_are_none(self, stored: House) -> None:
        assert (await copy(stored, SOURCE)).code() == "InvalidArgument"
        assert stored.keys == ["a"]

    async def test_a_copy_has_no_body(self, stored: House) -> None:
        reply = await ask(stored, "PUT", "/photos/b", body=b"x", headers=[SOURCE])
        assert (reply.status, reply.code()) == (400, "InvalidArgument")
        assert stored.keys == ["a"]

    @pytest.mark.parametrize(
        "name",
        [
            "x-amz-copy-source-if-match",
            "x-amz-copy-source-if-none-match",
            "x-amz-copy-source-if-modified-since",
            "x-amz-copy-source-if-unmodified-since",
            "x-amz-copy-source-range",
            "x-amz-checksum-algorithm",
            "x-amz-server-side-encryption",
        ],
    )
    async def test_what_would_change_the_meaning_is_refused(self, name: str, stored: House) -> None:
        reply = await copy(stored, (name, "1"))
        assert (reply.status, reply.code()) == (501, "NotImplemented")
        assert stored.keys == ["a"]


class TestSources:
    @pytest.mark.parametrize("written", ["photos/a b/c", "/photos/a b/c"])
    @pytest.mark.parametrize("safe", ["/", ""])
    def test_a_slash_in_front_and_encoded_slashes_change_nothing(self, written: str, safe: str) -> None:
        source = CopySource.parse(quote(written, safe=safe))
        assert (source.bucket, source.key, source.version) == ("photos", "a b/c", None)

    @given(key=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1, max_size=40))
    def test_every_key_can_be_a_source(self, key: str) -> None:
        source = CopySource.parse(f"/photos/{quote(key, safe='/~')}?versionId={UNKNOWN}")
        assert (source.bucket, source.key, str(source.version)) == ("photos", key, UNKNOWN)

    @given(header=st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("/?%&=\udcff"), max_size=30))
    def test_a_header_is_a_source_or_a_client_fault(self, header: str) -> None:
        with suppress(ClientFault):
            CopySource.parse(f"photos/{header}")
