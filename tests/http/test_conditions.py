"""Conditions of reads and writes over the wire, on both fronts: who is answered what, and when the store is not even asked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeAlias

import pytest

from buckets.memory.blobs import MemoryBlobStore
from buckets.model.account import Role
from buckets.model.blob import Span
from tests.factories.values import ManualClock
from tests.http.house import House, served
from tests.http.wire import Reply, ask, connected, request

Headers: TypeAlias = Sequence[tuple[str, str]]

FRONTS = ["/photos/", "/v1/objects/photos/"]
BODY = b"hello"
MODIFIED = datetime(2026, 11, 21, 12, 0, 0, 500_000, tzinfo=UTC)

TAG = '"5d41402abc4b2a76b9719d911017c592"'
OTHER = '"7d793037a0760186574b0282f2f435e7"'
BEFORE, THEN, AFTER = (f"Sat, 21 Nov 2026 {time} GMT" for time in ("11:59:59", "12:00:00", "12:00:01"))

MATCH, NONE_MATCH = "If-Match", "If-None-Match"
MODIFIED_SINCE, UNMODIFIED_SINCE = "If-Modified-Since", "If-Unmodified-Since"

PRECEDENCE: list[tuple[Headers, int]] = [
    ([], 200),
    ([(MATCH, TAG)], 200),
    ([(MATCH, "*")], 200),
    ([(MATCH, f"{OTHER}, {TAG}")], 200),
    ([(MATCH, OTHER), (MATCH, TAG)], 200),
    ([(MATCH, TAG.strip('"'))], 200),
    ([(MATCH, OTHER)], 412),
    ([(MATCH, f"W/{TAG}")], 412),
    ([(MATCH, "")], 412),
    ([(UNMODIFIED_SINCE, AFTER)], 200),
    ([(UNMODIFIED_SINCE, THEN)], 200),
    ([(UNMODIFIED_SINCE, BEFORE)], 412),
    ([(UNMODIFIED_SINCE, "yesterday")], 200),
    ([(UNMODIFIED_SINCE, BEFORE), (UNMODIFIED_SINCE, BEFORE)], 200),
    ([(MATCH, TAG), (UNMODIFIED_SINCE, BEFORE)], 200),
    ([(MATCH, OTHER), (UNMODIFIED_SINCE, AFTER)], 412),
    ([(NONE_MATCH, TAG)], 304),
    ([(NONE_MATCH, f"W/{TAG}")], 304),
    ([(NONE_MATCH, f"{OTHER},{TAG}")], 304),
    ([(NONE_MATCH, TAG.strip('"'))], 304),
    ([(NONE_MATCH, "*")], 304),
    ([(NONE_MATCH, OTHER)], 200),
    ([(MODIFIED_SINCE, AFTER)], 304),
    ([(MODIFIED_SINCE, THEN)], 304),
    ([(MODIFIED_SINCE, "Saturday, 21-Nov-26 12:00:00 GMT")], 304),
    ([(MODIFIED_SINCE, "Sat Nov 21 12:00:00 2026")], 304),
    ([(MODIFIED_SINCE, BEFORE)], 200),
    ([(MODIFIED_SINCE, "2026-11-21T12:00:00Z")], 200),
    ([(NONE_MATCH, OTHER), (MODIFIED_SINCE, AFTER)], 200),
    ([(NONE_MATCH, TAG), (MODIFIED_SINCE, BEFORE)], 304),
    ([(MATCH, TAG), (NONE_MATCH, TAG)], 304),
    ([(MATCH, OTHER), (NONE_MATCH, TAG)], 412),
    ([(UNMODIFIED_SINCE, BEFORE), (MODIFIED_SINCE, AFTER)], 412),
    ([(UNMODIFIED_SINCE, AFTER), (MODIFIED_SINCE, AFTER)], 304),
    ([("Range", "bytes=1-2")], 206),
    ([("Range", "bytes=9-")], 416),
    ([("Range", "bytes=1-2"), (NONE_MATCH, TAG)], 304),
    ([("Range", "bytes=9-"), (NONE_MATCH, TAG)], 304),
    ([("Range", "bytes=9-"), (MATCH, OTHER)], 412),
    ([("Range", "bytes=9-"), (UNMODIFIED_SINCE, BEFORE)], 412),
    ([("Range", "bytes=9-"), (MODIFIED_SINCE, THEN)], 304),
    ([("Range", "bytes=1-2"), (MATCH, TAG), (NONE_MATCH, OTHER)], 206),
]

IF_RANGE: list[tuple[str, int]] = [
    (TAG, 206),
    (THEN, 206),
    ("Saturday, 21-Nov-26 12:00:00 GMT", 206),
    ("Sat Nov 21 12:00:00 2026", 206),
    (f"W/{TAG}", 200),
    (OTHER, 200),
    (f"{OTHER}, {TAG}", 200),
    (TAG.strip('"'), 200),
    (BEFORE, 200),
    (AFTER, 200),
    ("*", 200),
    ("", 200),
    ("now", 200),
]


class WatchedStore(MemoryBlobStore):
    """Knows how often its bytes were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        self.opened += 1
        async with super().open(locator, span) as chunks:
            yield chunks


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
async def house(store: WatchedStore) -> AsyncIterator[House]:
    """With one object, whose time of modification is known."""
    async with served(House(store=store, clock=ManualClock(MODIFIED))) as house:
        assert (await ask(house, "PUT", "/photos/a", body=BODY, headers=[("Cache-Control", "max-age=5")])).status == 200
        yield house


class TestReads:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize(("headers", "status"), PRECEDENCE)
    async def test_conditions_are_judged_in_their_order(
        self, front: str, method: str, headers: Headers, status: int, house: House, store: WatchedStore
    ) -> None:
        reply = await ask(house, method, f"{front}a", headers=headers)
        assert reply.status == status
        assert store.opened == (1 if method == "GET" and status < 300 else 0)
        if method == "GET" and status < 300:
            assert reply.body == (BODY if status == 200 else BODY[1:3])

    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(("if_range", "status"), IF_RANGE)
    async def test_a_part_of_another_version_is_answered_with_the_whole(
        self, front: str, if_range: str, status: int, house: House
    ) -> None:
        for asked in ("bytes=1-2", "bytes=9-"):
            headers = [("Range", asked), ("If-Range", if_range)]
            expected = 416 if (asked, status) == ("bytes=9-", 206) else status
            get, head = [await ask(house, method, f"{front}a", headers=headers) for method in ("GET", "HEAD")]
            assert (get.status, head.status) == (expected, expected)
            assert expected == 416 or get.body == (BODY if expected == 200 else BODY[1:3])

    @pytest.mark.parametrize("front", FRONTS)
    async def test_if_range_alone_means_nothing(self, front: str, house: House) -> None:
        assert (await ask(house, "GET", f"{front}a", headers=[("If-Range", TAG)])).status == 200

    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_what_is_unmodified_is_said_without_a_body(self, front: str, method: str, house: House) -> None:
        async with connected(house) as wire:
            reply = await wire.ask(method, f"{front}a", headers=[(NONE_MATCH, TAG)])
            whole = await wire.ask("GET", f"{front}a")  # on the same connection: not a byte was left over
        assert (reply.status, whole.status, whole.body) == (304, 200, BODY)
        told = {"etag", "last-modified", "cache-control"}
        assert {name: reply.headers[name] for name in told} == {name: whole.headers[name] for name in told}
        assert (reply.headers["etag"], reply.headers["last-modified"]) == (TAG, THEN)
        assert not {name for name in reply.headers if name.startswith("content-")}
        assert not {"transfer-encoding", "accept-ranges"} & set(reply.headers)

    @pytest.mark.parametrize("front", FRONTS)
    async def test_conditions_about_nothing_find_nothing(self, front: str, house: House) -> None:
        for headers in ([(MATCH, "*")], [(NONE_MATCH, "*")], [(MODIFIED_SINCE, AFTER)], [("If-Range", TAG), ("Range", "bytes=0-")]):
            assert (await ask(house, "GET", f"{front}none", headers=headers)).status == 404


class TestWrites:
    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_write_may_want_an_object_to_be_there(self, front: str, house: House) -> None:
        present = [(MATCH, "*")]
        assert (await ask(house, "PUT", f"{front}none", body=b"x", headers=present)).status == 404
        assert (await ask(house, "PUT", f"{front}a", body=b"x", headers=present)).status < 300
        assert (await ask(house, "GET", f"{front}a")).body == b"x"
        assert house.keys == ["a"]

    @pytest.mark.parametrize("front", FRONTS)
    async def test_a_delete_may_want_an_object_to_be_there(self, front: str, house: House) -> None:
        statuses = [(await ask(house, "DELETE", f"{front}a", headers=[(MATCH, "*")])).status for _ in range(2)]
        assert statuses == [204, 404]

    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ((NONE_MATCH, TAG), 501),
            ((NONE_MATCH, f"*, {TAG}"), 501),
            ((MODIFIED_SINCE, BEFORE), 501),
            ((UNMODIFIED_SINCE, AFTER), 501),
            ((MATCH, f"{TAG}, {OTHER}"), 400),
            ((MATCH, f"W/{TAG}"), 400),
            ((MATCH, ""), 400),
        ],
    )
    async def test_a_condition_that_is_not_judged_is_refused(
        self, front: str, header: tuple[str, str], status: int, house: House
    ) -> None:
        for method in ("PUT", "DELETE"):
            assert (await ask(house, method, f"{front}a", body=b"", headers=[header])).status == status
        assert (await ask(house, "GET", f"{front}a")).body == BODY


class TestWhoMayNotKnow:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize("header", [(MODIFIED_SINCE, AFTER), (UNMODIFIED_SINCE, BEFORE), (NONE_MATCH, TAG), (MATCH, OTHER)])
    async def test_a_condition_tells_a_stranger_nothing(self, front: str, header: tuple[str, str], house: House) -> None:
        async with connected(house) as wire:
            nobody = await (await wire.send(request("GET", f"{front}a", [header]))).reply()
        assert nobody.status == (403 if front == FRONTS[0] else 401)
        house.alice = await house.tenant("210987654321", "elsewhere", Role.OWNER)
        theirs = await ask(house, "GET", f"{front}a", headers=[header])
        none = await ask(house, "GET", f"{front.replace('photos', 'nowhere')}a", headers=[header])
        assert (theirs.status, without(theirs, "photos")) == (404, without(none, "nowhere"))
        for reply in (nobody, theirs):
            assert not {"etag", "last-modified", "cache-control"} & set(reply.headers)
            assert b"5d41402abc4b2a76" not in reply.body


class TestEmptyAnswers:
    @pytest.mark.parametrize("front", FRONTS)
    @pytest.mark.parametrize(
        ("key", "headers", "status"),
        [("none", [], 404), ("a", [(MATCH, OTHER)], 412), ("a", [("Range", "bytes=9-")], 416), ("%ff", [], 400)],
    )
    async def test_the_error_of_a_head_has_the_length_of_that_of_a_get(
        self, front: str, key: str, headers: Headers, status: int, house: House
    ) -> None:
        async with connected(house) as wire:
            head, get = [await wire.ask(method, f"{front}{key}", headers=headers) for method in ("HEAD", "GET")]
        assert (head.status, get.status) == (status, status)
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.body))

    @pytest.mark.parametrize("front", FRONTS)
    async def test_what_is_deleted_is_said_without_a_body(self, front: str, house: House) -> None:
        async with connected(house) as wire:
            reply = await wire.ask("DELETE", f"{front}a")
            again = await wire.ask("GET", f"{front}a")
        assert (reply.status, again.status) == (204, 404)
        assert not {"content-length", "transfer-encoding", "content-type"} & set(reply.headers)


def without(reply: Reply, name: str) -> bytes:
    """A body without what differs from one request to the next."""
    request_id = reply.headers.get("x-amz-request-id") or reply.headers["x-request-id"]
    return reply.body.replace(request_id.encode(), b"").replace(name.encode(), b"")
