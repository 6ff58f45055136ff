"""Idempotency-Key: what is asked for again is answered as before, and done once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from buckets.memory.blobs import MemoryBlobStore
from buckets.model.blob import Stored
from buckets.names import BlobId
from tests.http.house import House, served
from tests.http.rest.talk import FORM, OBJECTS, Piece, at, form, post_form, problem, put, says, speaking_as
from tests.http.test_presigned import presign, use
from tests.http.wire import Headers, Reply, ask, ask_signed, bearer, connected, request

KEY = ("Idempotency-Key", "again")
REUSED = (422, "idempotency-key-reused")


async def prepared(house: House) -> None:
    """Something to copy, something to move, something to restore."""
    for key in ("source", "other", "gone"):
        await put(house, key, key.encode())
    await ask(house, "DELETE", at("gone"))


REQUESTS = [
    pytest.param("PUT", at("a"), b"hello", id="put"),
    pytest.param("POST", OBJECTS, b"hello", id="post"),
    pytest.param("POST", f"{at('source')}?copy-to=photos%2Fb", b"", id="copy"),
    pytest.param("POST", f"{at('source')}?move-to=photos%2Fb", b"", id="move"),
    pytest.param("POST", f"{at('gone')}?restore", b"", id="restore"),
]
every_request = pytest.mark.parametrize(("method", "target", "body"), REQUESTS)


def is_replay(first: Reply, again: Reply) -> bool:
    assert (first.status, first.headers.get("idempotency-replayed")) == (201, None)
    same = (again.status, again.headers["location"], again.headers["etag"], says(again))
    assert same == (first.status, first.headers["location"], first.headers["etag"], says(first))
    return again.headers.get("idempotency-replayed") == "true"


@every_request
class TestEveryRequest:
    async def test_the_same_again_is_answered_as_before(self, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        first, again, signed = [await asked(house, method, target, headers=[KEY], body=body) for asked in (ask, ask, ask_signed)]
        assert is_replay(first, again)
        assert is_replay(first, signed)
        await self.made_once(house, method, target, body)

    async def made_once(self, house: House, method: str, target: str, body: bytes) -> None:
        before = len(house.catalog.outbox)
        assert (await ask(house, method, target, headers=[KEY], body=body)).status == 201
        assert len(house.catalog.outbox) == before

    async def test_it_is_answered_so_whatever_came_of_it_since(self, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        first = await ask(house, method, target, headers=[KEY], body=body)
        await ask(house, "DELETE", first.headers["location"].removeprefix(house.base_url) + "?permanent=true")
        again = await ask(house, method, target, headers=[KEY], body=body)
        assert is_replay(first, again)
        assert (await ask(house, "GET", first.headers["location"].removeprefix(house.base_url))).status == 404

    async def test_another_key_is_another_request(self, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        await ask(house, method, target, headers=[KEY], body=body)
        reply = await ask(house, method, target, headers=[("Idempotency-Key", '"again"')], body=body)
        assert reply.headers.get("idempotency-replayed") is None
        assert reply.status == (201 if "copy" in target or "?" not in target else 404 if "move" in target else 409)

    async def test_other_terms_are_refused(self, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        first = await ask(house, method, target, headers=[KEY], body=body)
        events = len(house.catalog.outbox)
        for other in REQUESTS:
            if other.values != (method, target, body):
                also: tuple[Any, Any, Any] = other.values  # type: ignore[assignment]
                assert problem(await ask(house, also[0], also[1], headers=[KEY], body=also[2])) == REUSED
        assert len(house.catalog.outbox) == events
        assert is_replay(first, await ask(house, method, target, headers=[KEY], body=body))

    async def test_everybody_has_keys_of_their_own(self, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        await ask(house, method, target, headers=[KEY], body=body)
        with speaking_as(house, await house.tenant("123456789012", "other")):
            reply = await ask(house, method, target, headers=[KEY], body=body)
            assert reply.headers.get("idempotency-replayed") is None
            assert reply.status != 422

    @pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\tb", "\udcff"])
    async def test_a_key_is_short_and_plain(self, key: str, method: str, target: str, body: bytes, house: House) -> None:
        await prepared(house)
        events = len(house.catalog.outbox)
        reply = await ask(house, method, target, headers=[("Idempotency-Key", key)], body=body)
        assert problem(reply) == (400, "invalid-value")
        assert len(house.catalog.outbox) == events


class TestUploads:
    @pytest.mark.parametrize(
        "other",
        [
            [("Content-Type", "text/plain")],
            [("Cache-Control", "no-store")],
            [("Seawall-Meta-A", "b")],
            [("Seawall-Tags", "a=b")],
            [("Seawall-Visibility", "public")],
            [("Seawall-Filename", "b")],
            [("If-None-Match", "*")],
        ],
    )
    @pytest.mark.parametrize(("method", "target"), [("PUT", at("a")), ("POST", OBJECTS)])
    async def test_other_words_are_another_request(self, method: str, target: str, other: Headers, house: House) -> None:
        first = await ask(house, method, target, headers=[KEY], body=b"hello")
        assert problem(await ask(house, method, target, headers=[KEY, *other], body=b"hello")) == REUSED
        assert is_replay(first, await ask(house, method, target, headers=[KEY], body=b"hello"))

    @pytest.mark.parametrize(("method", "target"), [("PUT", at("a")), ("POST", OBJECTS)])
    async def test_another_body_is_another_request(self, method: str, target: str, house: House) -> None:
        await ask(house, method, target, headers=[KEY], body=b"hello")
        for body in (b"Hello", b"", b"hello "):
            assert problem(await ask(house, method, target, headers=[KEY], body=body)) == REUSED
        assert len(house.keys) == 1

    async def test_the_order_and_the_case_of_headers_say_nothing(self, house: House) -> None:
        said = [("Seawall-Meta-A", "1"), ("Seawall-Meta-B", "2"), ("Content-Language", "de")]
        first = await ask(house, "PUT", at("a"), headers=[KEY, *said], body=b"x")
        turned = [(name.upper(), value) for name, value in reversed([KEY, *said])]
        assert is_replay(first, await ask(house, "PUT", at("a"), headers=turned, body=b"x"))

    async def test_a_condition_is_not_judged_again(self, house: House) -> None:
        headers = [KEY, ("If-None-Match", "*")]
        first = await ask(house, "PUT", at("a"), headers=headers, body=b"x")
        assert is_replay(first, await ask(house, "PUT", at("a"), headers=headers, body=b"x"))
        assert (await ask(house, "PUT", at("a"), headers=headers[1:], body=b"x")).status == 412

    async def test_what_was_refused_may_be_tried_again(self, house: House) -> None:
        headers = [KEY, ("If-Match", "*")]
        assert (await ask(house, "PUT", at("a"), headers=headers, body=b"x")).status == 404
        await put(house, "a")
        reply = await ask(house, "PUT", at("a"), headers=headers, body=b"x")
        assert (reply.status, reply.headers.get("idempotency-replayed")) == (201, None)

    async def test_a_later_write_is_not_undone(self, house: House) -> None:
        first = await ask(house, "PUT", at("a"), headers=[KEY], body=b"1")
        await put(house, "a", b"2")
        assert is_replay(first, await ask(house, "PUT", at("a"), headers=[KEY], body=b"1"))
        assert (await ask(house, "GET", at("a"))).body == b"2"

    async def test_a_request_may_be_signed_anew(self, house: House) -> None:
        replies = []
        for expires in (60, 61):
            signed = presign(house, "PUT", at("a"), headers=[KEY], expires=expires)
            replies.append(await use(house, "PUT", signed, headers=[KEY], body=b"x"))
        assert is_replay(*replies)


class TestForms:
    async def test_a_form_again_stores_nothing(self, house: House) -> None:
        pieces = Piece("key", "a"), Piece("file", "1", "1"), Piece("file", "2", "2")
        first, again = [await post_form(house, *pieces, headers=[KEY]) for _ in range(2)]
        assert (first.status, first.headers.get("idempotency-replayed")) == (207, None)
        assert (again.status, again.headers.get("idempotency-replayed")) == (207, "true")
        assert says(first) == says(again)
        assert len(house.keys) == 2

    async def test_a_single_file_again_is_answered_as_before(self, house: House) -> None:
        first, again = [await post_form(house, Piece("file", "1", "1"), headers=[KEY]) for _ in range(2)]
        assert is_replay(first, again)

    async def test_a_form_that_broke_is_completed(self, house: House) -> None:
        body = form(Piece("file", "one", "1"), Piece("file", "two", "2"))
        assert (await ask(house, "POST", OBJECTS, headers=[*FORM, KEY], body=body[:-20])).status == 400
        before = house.keys
        reply = await ask(house, "POST", OBJECTS, headers=[*FORM, KEY], body=body)
        told = [each["object"]["key"] for each in says(reply)["results"]]
        assert (reply.status, reply.headers.get("idempotency-replayed")) == (207, None)
        assert told[:1] == before
        assert house.keys == told

    async def test_a_key_that_is_none_spoils_the_whole_form(self, house: House) -> None:
        pieces = Piece("file", "1", "1"), Piece("file", "2", "2")
        assert problem(await post_form(house, *pieces, headers=[("Idempotency-Key", "x" * 201)])) == (400, "invalid-value")
        assert not house.keys

    @pytest.mark.parametrize("length", [1, 200])
    async def test_a_key_may_be_long(self, length: int, house: House) -> None:
        pieces = Piece("file", "1", "1"), Piece("file", "2", "2")
        key = ("Idempotency-Key", "~" * length)
        replies = [await post_form(house, *pieces, headers=[key]) for _ in range(2)]
        assert [reply.headers.get("idempotency-replayed") for reply in replies] == [None, "true"]

    @pytest.mark.parametrize(
        "other",
        [
            [Piece("file", "2", "2")],
            [Piece("file", "1", "2")],
            [Piece("file", "1", "1", "text/plain")],
            [Piece("tags", "a=b"), Piece("file", "1", "1")],
            [Piece("metadata", '{"a": "b"}'), Piece("file", "1", "1")],
            [Piece("visibility", "public"), Piece("file", "1", "1")],
            [Piece("key", "a"), Piece("file", "1", "1")],
        ],
    )
    async def test_other_files_are_another_request(self, other: list[Piece], house: House) -> None:
        await post_form(house, Piece("file", "1", "1"), headers=[KEY])
        assert problem(await post_form(house, *other, headers=[KEY])) == REUSED
        assert len(house.keys) == 1


class TestAtOnce:
    async def test_of_two_at_once_the_second_is_told_to_wait(self) -> None:
        class SlowStore(MemoryBlobStore):
            def __init__(self) -> None:
                super().__init__()
                self.reached = asyncio.Event()

            async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
                self.reached.set()
                return await super().put(blob, body, size=size)

        store = SlowStore()
        async with served(House(store=store)) as house, connected(house) as wire:
            headers = [*bearer(house), KEY]
            await wire.send(request("PUT", at("a"), headers, b"hel", length=5))
            await store.reached.wait()
            for method, target in (("PUT", at("a")), ("POST", OBJECTS), ("POST", f"{at('b')}?copy-to=photos/c")):
                reply = await ask(house, method, target, headers=[KEY], body=b"hello")
                assert problem(reply) == (409, "request-running")
                assert reply.headers["retry-after"] == "1"
            first = await (await wire.send(b"lo")).reply()
            assert is_replay(first, await ask(house, "PUT", at("a"), headers=[KEY], body=b"hello"))
