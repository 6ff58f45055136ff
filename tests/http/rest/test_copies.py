"""Copies, moves, and what comes back out of the trash."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from buckets.model.account import Role
from buckets.model.bucket import Versioning
from tests.http.house import House
from tests.http.rest.talk import at, problem, put, rule, says, speaking_as
from tests.http.wire import Headers, Reply, ask

WORDS = [
    ("Content-Type", "image/png"),
    ("Cache-Control", "max-age=5"),
    ("Seawall-Meta-Colour", "rot, é"),
    ("Seawall-Tags", "kind=card"),
    ("Seawall-Filename", "b.png"),
]
KEPT = ("size", "content_type", "etag", "sha256", "tags", "metadata", "filename", "state")
VERBS = pytest.mark.parametrize("verb", ["copy-to", "move-to"])


async def send(house: House, verb: str, source: str, target: str, *headers: tuple[str, str]) -> Reply:
    return await ask(house, "POST", f"{source}?{verb}={quote(target, safe='/')}", headers=headers)


@pytest.fixture
async def other(house: House) -> House:
    """With a second bucket of the same account."""
    await house.tenant("123456789012", "other")
    return house


@VERBS
class TestBoth:
    async def test_an_object_gets_another_name_with_all_that_is_said_of_it(self, verb: str, other: House) -> None:
        before = await put(other, "a/b", headers=WORDS)
        for bucket, key in (("photos", "c"), ("other", "d/e é")):
            source = at("a/b") if verb == "copy-to" or bucket == "photos" else at("c")
            reply = await send(other, verb, source, f"{bucket}/{key}")
            told = says(reply)
            assert (reply.status, reply.headers["location"]) == (201, told["url"])
            assert (told["bucket"], told["key"], told["url"]) == (bucket, key, f"{other.base_url}{at(key, bucket)}")
            assert {name: told[name] for name in KEPT} == {name: before[name] for name in KEPT}
            assert told["id"] != before["id"]
            got = await ask(other, "GET", at(key, bucket))
            assert (got.body, got.headers["cache-control"]) == (b"hello", "max-age=5")

    async def test_the_name_is_decoded_once(self, verb: str, house: House) -> None:
        await put(house, "a")
        assert says(await ask(house, "POST", f"{at('a')}?{verb}=photos%2Fx%252Fy%2B+z"))["key"] == "x%2Fy++z"

    async def test_conditions_are_about_the_new_name(self, verb: str, house: House) -> None:
        await put(house, "a", b"new")
        taken = await put(house, "b", b"old")
        for header in (("If-None-Match", "*"), ("If-Match", '"other"')):
            assert problem(await send(house, verb, at("a"), "photos/b", header)) == (412, "precondition-failed")
        assert problem(await send(house, verb, at("a"), "photos/c", ("If-Match", "*"))) == (404, "no-such-object")
        assert (await ask(house, "GET", at("a"))).body == b"new"
        assert (await send(house, verb, at("a"), "photos/b", ("If-Match", f'"{taken["etag"]}"'))).status == 201
        assert (await ask(house, "GET", at("b"))).body == b"new"

    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ("", 400),
            ("photos", 400),
            ("photos/", 400),
            ("/photos/b", 400),
            ("/b", 400),
            ("Photos/b", 400),
            ("photos%2Fb", 400),
            ("../b", 400),
            ("photos/" + "x" * 1025, 400),
            ("photos/\x01", 400),
            ("nowhere/b", 404),
            ("secrets/b", 404),
        ],
    )
    async def test_what_is_no_name_is_refused(self, verb: str, target: str, status: int, house: House) -> None:
        await house.tenant("210987654321", "secrets")
        await put(house, "a")
        reply = await send(house, verb, at("a"), target)
        assert problem(reply)[0] == status
        assert house.keys == ["a"]

    @pytest.mark.parametrize("query", ["=photos/%ff", "=photos/%00", "=photos/%zz", ""])
    async def test_what_is_no_text_is_refused(self, verb: str, query: str, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "POST", f"{at('a')}?{verb}{query}"))[0] == 400
        assert house.keys == ["a"]

    async def test_what_is_not_there_goes_nowhere(self, verb: str, house: House) -> None:
        await house.tenant("210987654321", "secrets")
        assert problem(await send(house, verb, at("a"), "photos/b")) == (404, "no-such-object")
        for bucket in ("nowhere", "secrets"):
            assert problem(await send(house, verb, at("a", bucket), "photos/b")) == (404, "no-such-bucket")

    async def test_nothing_becomes_of_a_name_that_stays_the_same(self, verb: str, house: House) -> None:
        before = await put(house, "a")
        assert problem(await send(house, verb, at("a"), "photos/a")) == (400, "copy-onto-itself")
        assert says(await ask(house, "GET", f"{at('a')}?info")) == before

    async def test_dots_lead_nowhere(self, verb: str, other: House) -> None:
        await put(other, "a")
        told = says(await send(other, verb, at("a"), "photos/../other/b"))
        assert (told["bucket"], told["key"]) == ("photos", "../other/b")

    async def test_who_may_only_read_gives_no_names(self, verb: str, house: House) -> None:
        await put(house, "a")
        with speaking_as(house, await house.tenant("123456789012", "other", Role.READ_ONLY)):
            assert problem(await send(house, verb, at("a"), "photos/b")) == (403, "not-permitted")
        assert house.keys == ["a"]

    @pytest.mark.parametrize("header", [("Seawall-Tags", "a=b"), ("Seawall-Meta-A", "b"), ("Dry-Run", "1")])
    async def test_a_header_that_says_nothing_here_is_refused(self, verb: str, header: tuple[str, str], house: House) -> None:
        await put(house, "a")
        assert problem(await send(house, verb, at("a"), "photos/b", header)) == (501, "not-implemented")

    async def test_what_is_large_is_as_good_as_what_is_small(self, verb: str, house: House) -> None:
        body = bytes(range(256)) * (8 << 10)
        await put(house, "a", body)
        await send(house, verb, at("a"), "photos/b")
        assert (await ask(house, "GET", at("b"))).body == body

    async def test_only_post_does_it(self, verb: str, house: House) -> None:
        await put(house, "a")
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            reply = await ask(house, method, f"{at('a')}?{verb}=photos/b")
            assert (reply.status, reply.headers["allow"]) == (405, "POST")


class TestOne:
    async def test_a_copy_leaves_its_source_alone(self, house: House) -> None:
        before = await put(house, "a")
        await send(house, "copy-to", at("a"), "photos/b")
        assert says(await ask(house, "GET", f"{at('a')}?info")) == before
        await put(house, "a", b"other")
        assert (await ask(house, "GET", at("b"))).body == b"hello"

    async def test_a_move_leaves_nothing_behind(self, house: House) -> None:
        await put(house, "a")
        await send(house, "move-to", at("a"), "photos/b")
        assert house.keys == ["b"]
        assert problem(await ask(house, "POST", f"{at('a')}?restore")) == (404, "no-such-object")

    async def test_a_copy_and_a_move_at_once_are_neither(self, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "POST", f"{at('a')}?copy-to=photos/b&move-to=photos/c")) == (501, "not-implemented")
        assert house.keys == ["a"]


class TestRestores:
    async def test_what_was_deleted_last_comes_back(self, house: House) -> None:
        await put(house, "a", b"older")
        await ask(house, "DELETE", at("a"))
        before = await put(house, "a", headers=WORDS)
        await ask(house, "DELETE", at("a"))
        reply = await ask(house, "POST", f"{at('a')}?restore")
        told = says(reply)
        assert (reply.status, reply.headers["location"]) == (201, told["url"])
        assert {name: told[name] for name in KEPT} == {name: before[name] for name in KEPT}
        assert (await ask(house, "GET", at("a"))).body == b"hello"

    async def test_what_a_marker_hides_comes_back(self, house: House) -> None:
        rule(house, versioning=Versioning.ENABLED)
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        assert (await ask(house, "POST", f"{at('a')}?restore")).status == 201
        assert (await ask(house, "GET", at("a"))).body == b"hello"

    async def test_a_name_that_is_taken_is_not_taken_away(self, house: House) -> None:
        await put(house, "a", b"old")
        await ask(house, "DELETE", at("a"))
        await put(house, "a", b"new")
        assert problem(await ask(house, "POST", f"{at('a')}?restore")) == (409, "name-taken")
        assert (await ask(house, "GET", at("a"))).body == b"new"

    async def test_what_passed_the_trash_by_is_gone(self, house: House) -> None:
        await put(house, "a")
        await ask(house, "DELETE", f"{at('a')}?permanent=true")
        assert problem(await ask(house, "POST", f"{at('a')}?restore")) == (404, "no-such-object")

    async def test_where_there_is_no_trash_nothing_comes_back(self, house: House) -> None:
        rule(house, trash=timedelta())
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        assert problem(await ask(house, "POST", f"{at('a')}?restore")) == (404, "no-such-object")

    @pytest.mark.parametrize(
        ("query", "headers", "kind"),
        [
            ("restore=01a1fcf4-8d50-795c-8f24-6739c6455101", [], (400, "invalid-value")),
            ("restore=false", [], (400, "invalid-value")),
            ("restore", [("If-Match", "*")], (501, "not-implemented")),
            ("restore", [("If-None-Match", "*")], (501, "not-implemented")),
            ("restore&version=1", [], (501, "not-implemented")),
        ],
    )
    async def test_what_is_not_understood_is_refused(
        self, query: str, headers: Headers, kind: tuple[int, str], house: House
    ) -> None:
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        assert problem(await ask(house, "POST", f"{at('a')}?{query}", headers=headers)) == kind
        assert not house.keys

    async def test_who_may_only_read_brings_nothing_back(self, house: House) -> None:
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        with speaking_as(house, await house.tenant("123456789012", "other", Role.READ_ONLY)):
            assert problem(await ask(house, "POST", f"{at('a')}?restore")) == (403, "not-permitted")


class TestDeletes:
    async def test_nothing_is_no_error(self, house: House) -> None:
        for query in ("", "?permanent=true", "?permanent=false"):
            reply = await ask(house, "DELETE", f"{at('none')}{query}")
            assert (reply.status, reply.body) == (204, b"")

    @pytest.mark.parametrize("value", ["", "1", "True", "yes"])
    async def test_for_ever_is_said_clearly(self, value: str, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "DELETE", f"{at('a')}?permanent={value}")) == (400, "invalid-value")
        assert house.keys == ["a"]

    async def test_a_delete_may_depend_on_the_bytes(self, house: House) -> None:
        etag = (await put(house, "a"))["etag"]
        assert problem(await ask(house, "DELETE", at("a"), headers=[("If-Match", '"other"')])) == (412, "precondition-failed")
        assert (await ask(house, "DELETE", at("a"), headers=[("If-Match", f'"{etag}"')])).status == 204
        assert not house.keys
