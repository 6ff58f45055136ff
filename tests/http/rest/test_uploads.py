"""Uploads of single bodies, with a key and without."""

import asyncio
import base64
import hashlib
import re
from datetime import datetime

import pytest

from buckets.model.account import Role
from buckets.model.bucket import Visibility
from tests.http.house import House, served
from tests.http.rest.talk import OBJECTS, at, problem, put, rule, says, speaking_as
from tests.http.wire import Headers, ask, bearer, connected, request

MADE = re.compile(r"uploads/([0-9a-f-]{36})/[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[a-z2-7]{8}-(.+)")


class TestDocuments:
    async def test_each_upload_is_answered_with_a_version(self, house: House) -> None:
        replies = [await ask(house, "PUT", at("a b/é"), body=body) for body in (b"1", b"2")]
        told = [says(reply) for reply in replies]
        assert [reply.status for reply in replies] == [201, 201]
        assert [each["version"] for each in told] == [1, 2]
        assert told[0]["id"] != told[1]["id"]
        for reply, each in zip(replies, told, strict=True):
            assert reply.headers["location"] == each["url"] == f"{house.base_url}{at('a b/é')}"
            assert reply.headers["etag"] == f'"{each["etag"]}"'
            assert each["immutable_url"] == f"{each['url']}?version={each['id']}"
            assert reply.headers["content-type"] == "application/json"
            assert "idempotency-replayed" not in reply.headers

    async def test_times_are_in_utc(self, house: House) -> None:
        told = (await put(house, "a"))["created_at"]
        assert told.endswith("Z")
        head = house.head("a")
        assert head
        assert datetime.fromisoformat(told) == head.modified_at

    async def test_an_object_has_its_bucket_s_visibility_unless_it_has_one(self, house: House) -> None:
        await put(house, "a")
        await put(house, "b", headers=[("Seawall-Visibility", "private")])
        rule(house, visibility=Visibility.PUBLIC)
        told = [says(await ask(house, "GET", f"{at(key)}?info"))["visibility"] for key in ("a", "b")]
        assert told == ["public", "private"]
        assert (await put(house, "c"))["visibility"] == "public"

    @pytest.mark.parametrize(
        ("key", "filename"),
        [("a/b c.txt", "b c.txt"), ("folder/", "folder"), ("/", "file"), ("a", "a"), ("a/..", ".."), ("😀", "😀")],
    )
    async def test_a_file_is_called_like_the_end_of_its_key(self, key: str, filename: str, house: House) -> None:
        assert (await put(house, key))["filename"] == filename


class TestHeaders:
    async def test_everything_that_is_said_comes_back(self, house: House) -> None:
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "max-age=5"),
            ("Content-Language", "de"),
            ("Seawall-Meta-Colour", "rot, é"),
            ("Seawall-Tags", "kind=card&set=%C3%BC+x"),
            ("Seawall-Visibility", "public"),
            ("Seawall-Filename", "Gr%C3%BC%C3%9Fe.txt"),
        ]
        told = await put(house, "a", headers=headers)
        assert told == says(await ask(house, "GET", f"{at('a')}?info"))
        assert (told["content_type"], told["visibility"], told["filename"]) == ("text/plain; charset=utf-8", "public", "Grüße.txt")
        assert (told["tags"], told["metadata"]) == ({"kind": "card", "set": "ü x"}, {"colour": "rot, é"})
        assert says(await ask(house, "GET", f"{at('a')}?tags")) == {"tags": told["tags"]}
        got = (await ask(house, "GET", at("a"))).headers
        assert (got["cache-control"], got["content-language"], got["seawall-meta-colour"]) == ("max-age=5", "de", "rot, é")
        assert "filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt" in got["content-disposition"]

    @pytest.mark.parametrize(
        ("header", "kind"),
        [
            (("Seawall-Visibility", "secret"), (400, "invalid-value")),
            (("Seawall-Visibility", ""), (400, "invalid-value")),
            (("Seawall-Visibility", "PUBLIC"), (400, "invalid-value")),
            (("Seawall-Tags", "a=1&a=2"), (400, "invalid-tag")),
            (("Seawall-Tags", "a=%zz"), (400, "invalid-tag")),
            (("Seawall-Tags", "a=%00"), (400, "invalid-tag")),
            (("Seawall-Tags", "a=é"), (400, "invalid-tag")),
            (("Seawall-Tags", "a=\udcff"), (400, "invalid-tag")),
            (("Seawall-Tags", "aws:a=1"), (400, "invalid-tag")),
            (("Seawall-Tags", "&".join(f"{number}=x" for number in range(11))), (400, "invalid-tag")),
            (("Seawall-Filename", "%ff"), (400, "invalid-value")),
            (("Seawall-Filename", "é"), (400, "invalid-value")),
            (("Seawall-Filename", "\udcff"), (400, "invalid-value")),
            (("Seawall-Filename", "a%0"), (400, "invalid-value")),
            (("Seawall-Filename", "a%00"), (400, "invalid-value")),
            (("Seawall-Meta-A", "x" * 2048), (400, "metadata-too-large")),
            (("Content-MD5", "hello"), (400, "invalid-value")),
            (("Content-MD5", base64.b64encode(hashlib.md5(b"else").digest()).decode()), (400, "digest-mismatch")),
            (
                ("Content-Digest", f"sha-256=:{base64.b64encode(hashlib.sha256(b'else').digest()).decode()}:"),
                (400, "digest-mismatch"),
            ),
            (("Content-Encoding", "aws-chunked"), (501, "not-implemented")),
            (("Content-Encoding", "gzip,AWS-chunked"), (501, "not-implemented")),
            (("Dry-Run", "true"), (501, "not-implemented")),
            (("Seawall-Colour", "red"), (501, "not-implemented")),
        ],
    )
    async def test_what_is_not_valid_is_refused(self, header: tuple[str, str], kind: tuple[int, str], house: House) -> None:
        for method, target in (("PUT", at("a")), ("POST", OBJECTS)):
            assert problem(await ask(house, method, target, headers=[header], body=b"hello")) == kind
        assert not house.keys

    @pytest.mark.parametrize("name", ["Seawall-Tags", "Seawall-Visibility", "Seawall-Filename", "Idempotency-Key"])
    async def test_a_header_stands_once(self, name: str, house: House) -> None:
        reply = await ask(house, "PUT", at("a"), headers=[(name, "public"), (name, "public")], body=b"x")
        assert problem(reply) == (400, "invalid-value")
        assert not house.keys

    async def test_digests_that_are_right_are_no_hindrance(self, house: House) -> None:
        md5, sha256 = (base64.b64encode(new(b"hello").digest()).decode() for new in (hashlib.md5, hashlib.sha256))
        await put(house, "a", headers=[("Content-MD5", md5), ("Content-Digest", f"sha-256=:{sha256}:")])

    async def test_conditions_hold_when_it_counts(self, house: House) -> None:
        etag = (await put(house, "a"))["etag"]
        for headers, status in [
            ([("If-None-Match", "*")], 412),
            ([("If-Match", '"other"')], 412),
            ([("If-Match", f'"{etag}"')], 201),
            ([("If-Match", f'"{etag}"')], 412),
        ]:
            assert (await ask(house, "PUT", at("a"), headers=headers, body=b"new")).status == status

    async def test_a_body_as_large_as_it_may_be_is_taken_and_no_larger(self) -> None:
        async with served(House(limit=10)) as house:
            assert (await ask(house, "POST", OBJECTS, body=b"x" * 10)).status == 201
            assert problem(await ask(house, "POST", OBJECTS, body=b"x" * 11)) == (413, "too-large")
            assert problem(await ask(house, "PUT", at("a"), body=b"x" * 11)) == (413, "too-large")


class TestWithoutAKey:
    @pytest.mark.parametrize(
        ("headers", "end", "filename"),
        [
            ([], "file", None),
            ([("Seawall-Filename", "R%C3%A9sum%C3%A9%20%281%29.pdf")], "Résumé-(1).pdf", "Résumé (1).pdf"),
            ([("Content-Disposition", 'attachment; filename="a b.txt"')], "a-b.txt", "a b.txt"),
            ([("Content-Disposition", "inline; filename=a.txt; x=y")], "a.txt", "a.txt"),
            ([("Content-Disposition", 'attachment; filename="a\\"b"')], "file", None),
            ([("Content-Disposition", "attachment; filename*=UTF-8''a.txt")], "file", None),
            ([("Content-Disposition", "attachment"), ("Seawall-Filename", "b")], "b", "b"),
            ([("Seawall-Filename", "..%2F..%2Fetc%2Fpasswd")], "passwd", "passwd"),
            ([("Seawall-Filename", "C:%5Ctemp%5Ca.doc")], "a.doc", "a.doc"),
            ([("Seawall-Filename", "a%0D%0ASet-Cookie:%20b")], "aSet-Cookie-b", "aSet-Cookie: b"),
            ([("Seawall-Filename", "%E2%80%AEgpj.exe")], "gpj.exe", "gpj.exe"),
            ([("Seawall-Filename", "..")], "file", None),
            ([("Seawall-Filename", "")], "file", None),
            ([("Seawall-Filename", "%3Cscript%3E.html")], "script-.html", "<script>.html"),
        ],
    )
    async def test_a_key_is_made(self, headers: Headers, end: str, filename: str | None, house: House) -> None:
        reply = await ask(house, "POST", OBJECTS, headers=headers, body=b"hello")
        told = says(reply)
        match = MADE.fullmatch(told["key"])
        assert match, told
        assert match.groups() == (str(house.alice.user.id), end)
        assert told["filename"] == filename or (filename is None and told["key"].endswith(told["filename"]))
        assert (reply.status, house.keys) == (201, [told["key"]])
        assert (await ask(house, "GET", reply.headers["location"].removeprefix(house.base_url))).body == b"hello"

    async def test_no_two_uploads_meet(self, house: House) -> None:
        replies = await asyncio.gather(*(ask(house, "POST", OBJECTS, body=b"x") for _ in range(20)))
        assert {reply.status for reply in replies} == {201}
        assert len(house.keys) == 20

    async def test_any_type_but_a_form_s_is_just_a_body(self, house: House) -> None:
        for kind in ("multipart/mixed; boundary=seam", "application/json", "application/x-www-form-urlencoded"):
            told = says(await ask(house, "POST", OBJECTS, headers=[("Content-Type", kind)], body=b"--seam--"))
            assert (told["content_type"], told["size"]) == (kind, 8)

    async def test_a_type_is_known_however_it_is_written(self, house: House) -> None:
        reply = await ask(
            house, "POST", OBJECTS, headers=[("Content-Type", "Multipart/Form-Data ;boundary=seam")], body=b"--seam--"
        )
        assert problem(reply) == (400, "malformed-form")

    async def test_a_form_that_is_put_is_just_a_body(self, house: House) -> None:
        kind = "multipart/form-data; boundary=seam"
        assert (await put(house, "a", b"--seam--", headers=[("Content-Type", kind)]))["content_type"] == kind

    async def test_who_may_not_write_does_not(self, house: House) -> None:
        reader = await house.tenant("123456789012", "other", Role.READ_ONLY)
        with speaking_as(house, reader):
            assert problem(await ask(house, "POST", OBJECTS, body=b"x")) == (403, "not-permitted")
        assert not house.keys

    async def test_nobody_is_invited_to_send_what_will_be_refused(self, house: House) -> None:
        for method, target in (("POST", "/v1/objects/nowhere"), ("PUT", at("a", "nowhere"))):
            async with connected(house) as wire:
                await wire.send(request(method, target, [*bearer(house), ("Expect", "100-continue")], length=1 << 20))
                assert problem(await wire.reply()) == (404, "no-such-bucket")
