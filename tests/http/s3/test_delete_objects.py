"""DeleteObjects."""

import base64
import hashlib
import zlib
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from buckets.errors import StoreUnavailable
from buckets.model.bucket import Versioning
from tests.factories import values
from tests.http.house import House
from tests.http.s3.boto import by_boto
from tests.http.s3.documents import Document
from tests.http.wire import Reply, ask, ask_signed, connected, request, sign

KEYS = ["a", "b/c", "<d>&\"']]>", "e\r\n\t", "é"]


def document(*keys: str, rest: str = "") -> bytes:
    carried = (escape(key, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}) for key in keys)
    objects = "".join(f"<Object><Key>{key}</Key></Object>" for key in carried)
    return f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{objects}{rest}</Delete>'.encode()


def md5(body: bytes) -> tuple[str, str]:
    return "Content-MD5", base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def crc32(body: bytes) -> tuple[str, str]:
    return "x-amz-checksum-crc32", base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


async def delete(house: House, body: bytes, *headers: tuple[str, str], bucket: str = "photos") -> Reply:
    return await ask(house, "POST", f"/{bucket}?delete", body=body, headers=headers or [md5(body)])


@pytest.fixture
async def full(house: House) -> House:
    for key in KEYS:
        put = await by_boto(house, lambda s3, key=key: s3.put_object(Bucket="photos", Key=key, Body=b"x"))  # type: ignore[misc]
        assert put["ETag"]
    return house


class TestDeleting:
    async def test_each_is_told_of_in_the_order_that_was_asked(self, full: House) -> None:
        asked = [KEYS[2], "never was", *KEYS[3:], KEYS[2]]
        told = Document(await delete(full, document(*asked)))
        assert (told.name, told.texts("Deleted/Key"), told.texts("Error/Key")) == ("DeleteResult", asked, [])
        assert full.keys == KEYS[:2]

    async def test_a_quiet_one_tells_of_failures_only(self, full: House) -> None:
        told = Document(await delete(full, document("a", "x" * 1025, rest="<Quiet>true</Quiet>")))
        assert (told.texts("Deleted/Key"), told.texts("Error/Key")) == ([], ["x" * 1025])
        assert "a" not in full.keys

    async def test_what_cannot_be_hinders_no_other(self, full: House) -> None:
        versioned = "<Object><Key>b/c</Key><VersionId>0192d3a4-0000-7000-8000-000000000000</VersionId></Object>"
        matched = '<Object><Key>b/c</Key><ETag>"x"</ETag></Object>'
        told = Document(await delete(full, document("", "a", "x" * 1025, rest=versioned + matched)))
        assert told.texts("Deleted/Key") == ["a"]
        assert told.texts("Error/Key") == ["", "x" * 1025, "b/c", "b/c"]
        assert told.texts("Error/Code") == ["InvalidURI", "KeyTooLongError", "NotImplemented", "NotImplemented"]
        assert told.texts("Error/VersionId") == ["0192d3a4-0000-7000-8000-000000000000"]
        assert full.keys == KEYS[1:]

    async def test_a_thousand_go_at_once(self, house: House) -> None:
        body = document(*(f"k{number}" for number in range(1000)))
        assert len(Document(await delete(house, body)).texts("Deleted/Key")) == 1000
        body = document(*(f"k{number}" for number in range(1001)))
        assert (await delete(house, body)).code() == "MalformedXML"

    async def test_a_bucket_that_keeps_versions_keeps_them(self, house: House) -> None:
        await house.catalog.create_bucket(values.bucket(house.alice.user, "kept", versioning=Versioning.ENABLED))
        version = (await ask(house, "PUT", "/kept/a", body=b"x")).headers["x-amz-version-id"]
        told = Document(await delete(house, document("a"), bucket="kept"))
        assert told.texts("Deleted/DeleteMarker") == ["true"]
        assert told.text("Deleted/DeleteMarkerVersionId") not in (None, version)
        assert (await ask(house, "GET", "/kept/a")).status == 404

    async def test_what_is_not_the_caller_s_fault_is_to_be_asked_again(self, full: House, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: object) -> None:
            raise StoreUnavailable("it is away")

        monkeypatch.setattr(type(full.catalog), "commit", fail)
        reply = await delete(full, document("a"))
        assert (reply.status, reply.code()) == (503, "ServiceUnavailable")

    async def test_the_most_common_client_gets_along(self, full: House) -> None:
        """It sends a CRC32 in a header by default."""

        def use(s3: Any) -> list[str]:
            deleted = s3.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": key} for key in KEYS[1:]]})
            assert "Errors" not in deleted
            return [each["Key"] for each in deleted["Deleted"]]

        assert await by_boto(full, use) == KEYS[1:]
        assert full.keys == KEYS[:1]


class TestRefusals:
    async def test_a_body_without_a_checksum_is_refused(self, full: House) -> None:
        body = document("a")
        for reply in (
            await ask(full, "POST", "/photos?delete", body=body),
            await ask_signed(full, "POST", "/photos?delete", body=body),
        ):
            assert (reply.status, reply.code()) == (400, "InvalidRequest")
        assert full.keys == KEYS

    @pytest.mark.parametrize("header", [md5, crc32])
    async def test_a_body_that_is_another_deletes_nothing(self, header: Any, full: House) -> None:
        async with connected(full) as wire:
            await wire.ask("PUT", "/photos/canary", body=b"canary in a coal mine")
            for body in (document("a"), b"<broken"):
                reply = await wire.ask("POST", "/photos?delete", body=body, headers=[header(document("b"))])
                assert (reply.status, reply.code()) == (400, "BadDigest")
            assert await wire.is_alive()
        assert full.keys == [*KEYS, "canary"]

    async def test_what_was_signed_must_be_what_came(self, full: House) -> None:
        meant, sent = document("b/c"), document("a  ")
        headers = sign(full.alice.pair, "POST", "/photos?delete", full.port, body=meant)
        async with connected(full) as wire:
            reply = await (await wire.send(request("POST", "/photos?delete", [*headers, md5(sent)], sent))).reply()
        assert (reply.status, reply.code()) == (400, "XAmzContentSHA256Mismatch")
        assert full.keys == KEYS

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<Delete/>",
            b"<Delete><Object/></Delete>",
            b"<delete><Object><Key>a</Key></Object></delete>",
            document("a")[:-1],
            b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>',
            document("a", rest="<Quiet>maybe</Quiet>"),
            document("a", rest="<Object><Key>a\x00</Key></Object>"),
            document("a") + b"\xff",
        ],
    )
    async def test_what_is_no_such_document_deletes_nothing(self, body: bytes, full: House) -> None:
        reply = await delete(full, body)
        assert (reply.status, reply.code()) == (400, "MalformedXML")
        assert full.keys == KEYS

    async def test_a_document_has_an_end(self, full: House) -> None:
        body = document("a", rest=" " * (2 << 20))
        async with connected(full) as wire:
            reply = await wire.ask("POST", "/photos?delete", body=body, headers=[md5(body)])
        assert (reply.status, reply.code()) == (400, "EntityTooLarge")
        assert full.keys == KEYS

    async def test_nobody_deletes_for_others(self, full: House) -> None:
        full.alice = await full.tenant("210987654321", "secrets")
        reply = await delete(full, document("a"))
        assert (reply.status, reply.code()) == (404, "NoSuchBucket")
        assert full.keys == KEYS

    async def test_every_key_comes_back_as_it_went(self, house: House) -> None:
        keys = ["<a>&\"']]>", "\r", "\n", "\t", "\u2028", "😀", " a ", "&#13;", "&amp;"]
        reply = await delete(house, document(*keys))
        assert [key.text for key in etree.fromstring(reply.body).iter("{*}Key")] == keys
