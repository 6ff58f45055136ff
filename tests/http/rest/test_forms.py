"""Forms with files."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from buckets.memory.blobs import MemoryBlobStore
from buckets.model.account import Role
from buckets.model.blob import Stored
from buckets.names import BlobId
from tests.http.house import House, served
from tests.http.rest.talk import FORM, OBJECTS, Piece, at, form, post_form, problem, put, says, speaking_as
from tests.http.test_presigned import presign, use
from tests.http.wire import ask, ask_signed, bearer, connected, request

LARGE = hashlib.shake_256(b"a large file").digest(5 << 20)


def file(content: bytes | str = "hello", filename: str | None = "a.txt", content_type: str | None = None) -> Piece:
    return Piece("file", content, filename, content_type)


class TestFiles:
    async def test_a_single_file_is_answered_as_if_it_had_come_alone(self, house: House) -> None:
        reply = await post_form(house, file("hello", "Grüße aus Köln.txt", "text/plain"))
        told = says(reply)
        assert (reply.status, reply.headers["location"], reply.headers["etag"]) == (201, told["url"], f'"{told["etag"]}"')
        assert (told["filename"], told["content_type"], told["size"]) == ("Grüße aus Köln.txt", "text/plain", 5)
        assert house.keys == [told["key"]]
        assert told["key"].startswith(f"uploads/{house.alice.user.id}/")
        assert told["key"].endswith("-Grüße-aus-Köln.txt")
        assert (await ask(house, "GET", at(told["key"]))).body == b"hello"

    async def test_files_of_any_size_come_in_writes_of_any_size(self, house: House) -> None:
        body = form(file("one", "1"), file(LARGE, "2", "application/pdf"), file("", "3"))
        async with connected(house) as wire:
            await wire.send(request("POST", OBJECTS, [*bearer(house), *FORM], b"", length=len(body)))
            await wire.send(*(body[start : start + 1013] for start in range(0, len(body), 1013)))
            reply = await wire.reply()
            assert reply.status == 207
            told = [each["object"] for each in says(reply)["results"]]
            assert [(each["filename"], each["size"]) for each in told] == [("1", 3), ("2", len(LARGE)), ("3", 0)]
            assert told[1]["sha256"] == hashlib.sha256(LARGE).hexdigest()
            assert (await wire.ask("GET", at(told[1]["key"]))).body == LARGE

    async def test_a_form_of_unknown_length_is_read_to_its_end(self, house: House) -> None:
        body = form(file("one"), file("two"))
        chunks = b"".join([b"1\r\n" + body[place : place + 1] + b"\r\n" for place in range(len(body))]) + b"0\r\n\r\n"
        async with connected(house) as wire:
            await wire.send(request("POST", OBJECTS, [*bearer(house), *FORM, ("Transfer-Encoding", "chunked")]), chunks)
            assert (await wire.reply()).status == 207
            assert (await wire.ask("GET", OBJECTS + "/none")).status == 404

    async def test_nothing_is_held_back_until_a_file_is_whole(self) -> None:
        class WatchedStore(MemoryBlobStore):
            def __init__(self) -> None:
                super().__init__()
                self.reached = asyncio.Event()
                self.largest = 0

            async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
                return await super().put(blob, self._watched(body), size=size)

            async def _watched(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
                async for piece in body:
                    self.largest = max(self.largest, len(piece))
                    self.reached.set()
                    yield piece

        store = WatchedStore()
        async with served(House(store=store)) as house, connected(house) as wire:
            body = form(file(LARGE))
            await wire.send(request("POST", OBJECTS, [*bearer(house), *FORM], body[: 1 << 20], length=len(body)))
            await store.reached.wait()
            await wire.send(body[1 << 20 :])
            assert (await wire.reply()).status == 201
            assert store.largest <= 256 << 10

    async def test_a_bad_file_does_not_spoil_the_others(self) -> None:
        async with served(House(limit=100)) as house:
            reply = await post_form(
                house, file("good", "1"), file("x" * 101, "2"), Piece("key", "x" * 1025), file("3"), file("good too", "4")
            )
            results = says(reply)["results"]
            assert (reply.status, [each["status"] for each in results]) == (207, [201, 413, 400, 201])
            assert [each["object"]["filename"] for each in results if "object" in each] == ["1", "4"]
            told = results[1]["problem"]
            assert (told["type"], told["status"]) == ("urn:seawall:problem:too-large", 413)
            assert (told["instance"], told["request_id"]) == (OBJECTS, reply.headers["x-request-id"])
            assert results[2]["problem"]["type"] == "urn:seawall:problem:key-too-long"
            assert len(house.keys) == 2

    async def test_a_single_bad_file_is_a_problem_of_the_request(self) -> None:
        async with served(House(limit=100)) as house:
            assert problem(await post_form(house, file("x" * 101))) == (413, "too-large")
            assert not house.keys

    async def test_conditions_are_judged_for_each_file(self, house: House) -> None:
        await put(house, "a", b"before")
        pieces = Piece("key", "a"), file("1"), Piece("key", "b"), file("2")
        reply = await post_form(house, *pieces, headers=[("If-None-Match", "*")])
        assert [each["status"] for each in says(reply)["results"]] == [412, 201]
        assert (await ask(house, "GET", at("a"))).body == b"before"

    async def test_a_browser_that_has_no_file_sends_none(self, house: House) -> None:
        assert says(await post_form(house, file("", ""), file("one", "1")))["filename"] == "1"
        assert problem(await post_form(house, file("", ""))) == (400, "malformed-form")
        assert len(house.keys) == 1

    @pytest.mark.parametrize("filename", ["", None])
    async def test_a_file_needs_no_name(self, filename: str | None, house: House) -> None:
        told = says(await post_form(house, file("hello", filename)))
        assert told["key"].endswith("-file")
        assert (await ask(house, "GET", at(told["key"]))).body == b"hello"


class TestFields:
    async def test_a_key_is_the_next_file_s_and_the_rest_is_for_all_behind_it(self, house: House) -> None:
        reply = await post_form(
            house,
            file("0", "0"),
            Piece("key", "a/b"),
            Piece("tags", '{"kind": "card", "set": "ü"}'),
            Piece("metadata", '{"Colour": "red, é"}'),
            Piece("visibility", "public"),
            file("1", "1"),
            Piece("tags", "kind=back+side"),
            Piece("visibility", "private"),
            file("2", "2"),
        )
        first, second, third = [each["object"] for each in says(reply)["results"]]
        words = [(each["tags"], each["metadata"], each["visibility"]) for each in (first, second, third)]
        assert words == [
            ({}, {}, "private"),
            ({"kind": "card", "set": "ü"}, {"colour": "red, é"}, "public"),
            ({"kind": "back side"}, {"colour": "red, é"}, "private"),
        ]
        assert second["key"] == "a/b"
        assert first["key"].startswith("uploads/")
        assert third["key"].startswith("uploads/")

    async def test_fields_go_before_the_headers_of_the_request(self, house: House) -> None:
        headers = [("Seawall-Tags", "kind=card"), ("Seawall-Meta-Colour", "red"), ("Seawall-Visibility", "public")]
        reply = await post_form(house, file("1"), Piece("tags", "kind=other"), file("2"), headers=headers)
        first, second = [each["object"] for each in says(reply)["results"]]
        assert (first["tags"], first["metadata"], first["visibility"]) == ({"kind": "card"}, {"colour": "red"}, "public")
        assert (second["tags"], second["metadata"], second["visibility"]) == ({"kind": "other"}, {"colour": "red"}, "public")

    async def test_an_empty_field_says_nothing(self, house: House) -> None:
        empty = [Piece(name, "") for name in ("key", "tags", "metadata", "visibility")]
        told = says(await post_form(house, *empty, file()))
        assert told["key"].startswith("uploads/")
        assert (told["tags"], told["metadata"]) == ({}, {})

    @pytest.mark.parametrize(
        ("field", "kind"),
        [
            (Piece("colour", "red"), "invalid-value"),
            (Piece("File", "x"), "invalid-value"),
            (Piece("tags", "{"), "invalid-value"),
            (Piece("tags", '{"a": 1}'), "invalid-value"),
            (Piece("tags", '{"a": "1", "a": "2"}'), "invalid-value"),
            (Piece("tags", "a=1&a=2"), "invalid-tag"),
            (Piece("tags", "a=%ff"), "invalid-tag"),
            (Piece("tags", '{"a?": "1"}'), "invalid-tag"),
            (Piece("tags", "&".join(f"{number}=x" for number in range(11))), "invalid-tag"),
            (Piece("metadata", "colour=red"), "invalid-value"),
            (Piece("metadata", '["colour"]'), "invalid-value"),
            (Piece("metadata", '{"a": null}'), "invalid-value"),
            (Piece("metadata", '{"a": "\\u0000"}'), "invalid-value"),
            (Piece("metadata", '{"a": "\\r\\nSet-Cookie: b"}'), "invalid-value"),
            (Piece("metadata", '{"a b": "c"}'), "invalid-value"),
            (Piece("metadata", '{"a": "b", "A": "c"}'), "invalid-value"),
            (Piece("metadata", f'{{"a": "{"x" * 2048}"}}'), "metadata-too-large"),
            (Piece("visibility", "Public"), "invalid-value"),
            (Piece("key", b"\xff"), "malformed-form"),
            (Piece("key", "x" * 70_000), "malformed-form"),
        ],
    )
    async def test_a_field_that_is_not_valid_is_refused(self, field: Piece, kind: str, house: House) -> None:
        assert problem(await post_form(house, field, file())) == (400, kind)
        assert not house.keys

    async def test_a_field_stands_once_in_front_of_a_file(self, house: House) -> None:
        assert problem(await post_form(house, Piece("key", "a"), Piece("key", "b"), file())) == (400, "invalid-value")
        assert not house.keys

    @pytest.mark.parametrize("name", ["key", "tags", "metadata", "visibility"])
    async def test_a_field_that_is_for_no_file_is_refused(self, name: str, house: House) -> None:
        value = {"key": "a", "tags": "a=b", "metadata": "{}", "visibility": "public"}[name]
        assert problem(await post_form(house, file(), Piece(name, value))) == (400, "malformed-form")
        assert len(house.keys) == 1

    @pytest.mark.parametrize("key", ["a\x00b", "a\x01", "x" * 1025, "\ufffe"])
    async def test_what_is_no_key_is_a_problem_of_its_file(self, key: str, house: House) -> None:
        assert problem(await post_form(house, Piece("key", key), file()))[0] == 400
        assert not house.keys


class TestBrokenForms:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"hello",
            b"--seam--\r\n",
            form(Piece("key", "a")),
            form(file())[:-4],
            form(file())[:-20],
            b"--other\r\n" + bytes(file()) + b"\r\n--other--\r\n",
            b"--seam\r\nContent-Disposition: attachment\r\n\r\nx\r\n--seam--\r\n",
            form(file()) + b"x" * 2000,
        ],
    )
    async def test_what_is_no_form_with_a_file_is_refused(self, body: bytes, house: House) -> None:
        assert problem(await ask(house, "POST", OBJECTS, headers=FORM, body=body)) == (400, "malformed-form")

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 71, "; boundary=ü"])
    async def test_a_form_names_its_boundary(self, boundary: str, house: House) -> None:
        headers = [("Content-Type", f"multipart/form-data{boundary}")]
        assert problem(await ask(house, "POST", OBJECTS, headers=headers, body=form(file())))[0] == 400
        assert not house.keys

    async def test_what_came_before_a_form_broke_stays(self, house: House) -> None:
        body = form(Piece("key", "a"), file("one"), Piece("key", "b"), file("two"))[:-15]
        assert problem(await ask(house, "POST", OBJECTS, headers=FORM, body=body)) == (400, "malformed-form")
        assert house.keys == ["a"]

    async def test_a_client_that_leaves_leaves_what_was_whole(self, house: House) -> None:
        body = form(Piece("key", "a"), file("one"), Piece("key", "b"), file("two"))
        async with connected(house) as wire:
            await wire.send(request("POST", OBJECTS, [*bearer(house), *FORM], body[:-15], length=len(body)))
        await house.over(1)
        assert house.keys == ["a"]

    @pytest.mark.parametrize("header", [("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="), ("Content-Digest", f"sha-256=:{'A' * 43}=:")])
    async def test_a_digest_of_the_whole_form_is_refused(self, header: tuple[str, str], house: House) -> None:
        assert problem(await post_form(house, file(), headers=[header])) == (501, "not-implemented")
        assert not house.keys

    async def test_a_signed_form_leaves_its_body_unsigned(self, house: House) -> None:
        signed = await ask_signed(house, "POST", OBJECTS, headers=FORM, body=form(file()))
        assert problem(signed) == (501, "not-implemented")
        target = presign(house, "POST", OBJECTS, headers=FORM)
        assert (await use(house, "POST", target, headers=FORM, body=form(file()))).status == 201

    async def test_the_name_of_a_file_is_not_said_for_a_form(self, house: House) -> None:
        assert problem(await post_form(house, file(), headers=[("Seawall-Filename", "b")])) == (400, "invalid-value")
        assert not house.keys


class TestCallers:
    async def test_who_may_not_write_is_told_so_at_once(self, house: House) -> None:
        reader = await house.tenant("123456789012", "other", Role.READ_ONLY)
        with speaking_as(house, reader):
            assert problem(await post_form(house, file("1"), file("2"))) == (403, "not-permitted")
        assert not house.keys

    async def test_nobody_is_invited_to_send_a_form_to_a_bucket_that_is_not_there(self, house: House) -> None:
        async with connected(house) as wire:
            headers = [*bearer(house), *FORM, ("Expect", "100-continue")]
            await wire.send(request("POST", "/v1/objects/nowhere", headers, length=1 << 20))
            assert problem(await wire.reply()) == (404, "no-such-bucket")

    async def test_a_part_of_the_path_too_many_is_a_key(self, house: House) -> None:
        assert (await ask(house, "POST", f"{OBJECTS}/", headers=FORM, body=form(file()))).status == 405
