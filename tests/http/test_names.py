"""Names on the wire: hostile keys come back as they went, on both fronts, and nothing reaches another bucket."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from buckets.errors import ClientFault
from buckets.names import ObjectKey
from gateway.edge.target import Target, object_key
from gateway.s3.request import Resource
from tests.factories.hostile_names import KEYS
from tests.http.house import House
from tests.http.wire import ask, ask_signed

FRONTS = ["/photos/", "/v1/objects/photos/"]


class TestHostileKeys:
    @pytest.mark.parametrize("key", KEYS)
    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_key_is_opaque(self, front: str, key: str, house: House) -> None:
        target = f"{front}{quote(key, safe='/~')}"
        assert (await ask_signed(house, "PUT", target, body=key.encode())).status < 300
        assert house.keys == [key]
        for other in FRONTS:
            reply = await ask_signed(house, "GET", f"{other}{quote(key, safe='/~')}")
            assert (reply.status, reply.body) == (200, key.encode())
            assert (await ask(house, "HEAD", f"{other}{quote(key, safe='~')}")).status == 200

    async def test_ways_to_write_a_key_are_one_key_and_other_bytes_another(self, house: House) -> None:
        distinct = ["a", "a/", "/a", "//a", "a//", "A", "%C3%A9", "e%CC%81", "%2561", ".", "..", "a/..", "%20", "%2B"]
        for number, key in enumerate(distinct):
            assert (await ask(house, "PUT", f"/photos/{key}", body=str(number).encode())).status == 200
        assert len(house.keys) == len(distinct)
        for number, key in enumerate(distinct):
            assert (await ask(house, "GET", f"/photos/{key}")).body == str(number).encode()
        for written, number in [("%61", 0), ("a%2F", 1), ("%2Fa", 2), ("/%61", 2), ("%2e", 9), ("%2e%2E", 10), ("a%2f..", 11)]:
            assert (await ask(house, "GET", f"/photos/{written}")).body == str(number).encode(), written

    async def test_a_plus_is_a_plus(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a+b", body=b"x")
        assert house.keys == ["a+b"]

    @given(key=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1, max_size=40))
    def test_every_key_survives_its_way_through_a_path(self, key: str) -> None:
        name = ObjectKey(key)
        resource = Resource.parse(Target.parse(f"/photos/{quote(key, safe='')}"))
        assert (resource.named_bucket, resource.named_key) == ("photos", name)
        assert object_key(quote(key, safe="/").encode()) == name


class TestRefusals:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        "key", ["%ff", "%c0%af", "%E0%80%AF", "%zz", "%f", "%", "a%", "%00", "a%01b", "%7f%00", "%EF%BF%BF", "%ED%A0%80"]
    )
    async def test_what_is_no_text_is_no_key(self, front: str, key: str, canary: House) -> None:
        for method in ("PUT", "GET", "HEAD"):
            reply = await ask(canary, method, f"{front}{key}", body=b"x" if method == "PUT" else b"")
            assert reply.status == 400, method
        assert front != FRONTS[0] or (await ask(canary, "PUT", f"{front}{key}", body=b"x")).code() == "InvalidURI"
        assert canary.keys == ["canary"]

    async def test_a_key_has_at_most_1024_bytes(self, house: House) -> None:
        for key in ("x" * 1025, quote("é" * 513), quote("語" * 342)):
            reply = await ask(house, "PUT", f"/photos/{key}", body=b"x")
            assert (reply.status, reply.code()) == (400, "KeyTooLongError")
            assert (await ask(house, "PUT", f"/v1/objects/photos/{key}", body=b"x")).status == 400
        assert (await ask(house, "PUT", f"/photos/{quote('語' * 341)}", body=b"x")).status == 200

    @pytest.mark.parametrize(
        "bucket", ["abc%0a", "..", "%2e%2e", "192.168.0.1", "A_b", "ab", "x" * 64, "photos%2F..", "photos%00", "v1", "%76%31", "é"]
    )
    async def test_what_is_no_bucket_name_is_refused(self, bucket: str, house: House) -> None:
        target = f"/{quote(bucket, safe='%')}/objects/photos/a" if bucket != "v1" else "/%761/objects/photos/a"
        reply = await ask(house, "GET", target)
        assert (reply.status, reply.code()) == (400, "InvalidBucketName")

    @pytest.mark.parametrize(
        "target", ["/secrets/../photos/a", "/secrets/%2e%2e/photos/a", "/secrets/..%2fphotos%2fa", "/secrets/%5c..%5cphotos"]
    )
    async def test_no_dots_lead_to_another_bucket(self, target: str, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hidden")
        for sent in (target, f"/v1/objects{target}"):
            reply = await ask(house, "GET", sent)
            assert reply.status == 404
            assert b"hidden" not in reply.body

    @pytest.mark.parametrize("target", ["//photos/a", "//", "/%2Fphotos/a"])
    async def test_a_bucket_stands_behind_the_first_slash(self, target: str, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"x")
        assert (await ask(house, "GET", target)).code() == "InvalidBucketName"

    async def test_errors_repeat_a_hostile_key_as_text(self, house: House) -> None:
        for key in ("<a>&\"']]>", "line\r\nline\ttab", "\u2028😀"):
            reply = await ask(house, "GET", f"/photos/{quote(key)}")
            document = etree.fromstring(reply.body)
            assert document.findtext("Key") == key
            assert document.findtext("Code") == "NoSuchKey"
            assert document.findtext("RequestId") == reply.headers["x-amz-request-id"]

    async def test_errors_repeat_a_hostile_parameter_as_text(self, house: House) -> None:
        reply = await ask(house, "GET", "/photos/a?%01%EF%BF%BF<x>=1")
        assert "<x>" in (etree.fromstring(reply.body).findtext("Message") or "")

    @given(path=st.text(st.characters(codec="ascii"), max_size=30))
    def test_a_path_is_a_resource_or_a_client_fault(self, path: str) -> None:
        with suppress(ClientFault):
            Resource.parse(Target.parse(f"/{path}"))
