"""Lists of objects."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from buckets.model.bucket import Visibility
from tests.factories.hostile_names import KEYS
from tests.http.house import House
from tests.http.rest.talk import LIST, at, problem, put, rule, says, speaking_as
from tests.http.test_presigned import presign, use
from tests.http.wire import ask

LONGEST = ["é" * 512, "😀" * 256]
"""Those that are longest in a cursor."""
NAMES = [key for key in KEYS if key not in LONGEST]
NEXT = re.compile(r'<([^>]+)>; rel="next"')


def target(**parameters: object) -> str:
    return f"{LIST}?{urlencode(parameters, quote_via=quote)}"


async def page(house: House, **parameters: object) -> Any:
    reply = await ask(house, "GET", target(**parameters))
    assert reply.status == 200, reply
    return says(reply)


async def keys(house: House, **parameters: object) -> list[str]:
    return [each["key"] for each in (await page(house, **parameters))["objects"]]


async def every(house: House, **parameters: object) -> tuple[list[str], list[str], int]:
    """All objects and folders by following the links, and how many pages it took."""
    found, folders, pages, where = list[str](), list[str](), 0, target(**parameters)
    while where:
        reply = await ask(house, "GET", where)
        assert reply.status == 200, reply
        told, pages = says(reply), pages + 1
        found += [each["key"] for each in told["objects"]]
        folders += told["folders"]
        link = NEXT.fullmatch(reply.headers.get("link", ""))
        assert bool(link) == bool(told["next_cursor"])
        where = link[1].removeprefix(house.base_url) if link else ""
    return found, folders, pages


@pytest.fixture
async def shelf(house: House) -> House:
    """With a few objects, made in an order that is not that of their names or sizes."""
    for key, size in [("b/2", 3), ("a", 5), ("b/1", 1), ("c", 4), ("b/x/1", 2)]:
        await put(house, key, b"x" * size)
    return house


class TestPages:
    async def test_an_empty_bucket_holds_nothing(self, house: House) -> None:
        assert await page(house) == {"objects": [], "folders": [], "next_cursor": None}

    async def test_objects_are_told_of_in_full(self, shelf: House) -> None:
        for told in (await page(shelf))["objects"]:
            assert told == says(await ask(shelf, "GET", f"{at(told['key'])}?info"))

    async def test_a_page_has_twenty_unless_told(self, house: House) -> None:
        for number in range(21):
            await put(house, f"{number:02}", b"")
        assert len(await keys(house)) == 20
        assert await keys(house, limit=1000) == [f"{number:02}" for number in range(21)]
        assert await every(house, limit=7) == ([f"{number:02}" for number in range(21)], [], 3)

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("name", ["a", "b/1", "b/2", "b/x/1", "c"]),
            ("created", ["b/2", "a", "b/1", "c", "b/x/1"]),
            ("-created", ["b/x/1", "c", "b/1", "a", "b/2"]),
            ("size", ["b/1", "b/x/1", "b/2", "c", "a"]),
            ("-size", ["a", "c", "b/2", "b/x/1", "b/1"]),
        ],
    )
    async def test_pages_make_the_whole_in_any_order(self, sort: str, found: list[str], limit: int, shelf: House) -> None:
        assert (await every(shelf, sort=sort, limit=limit))[0] == found
        assert (await every(shelf, sort=sort, limit=limit, prefix="b/"))[0] == [key for key in found if key.startswith("b/")]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4])
    async def test_a_folder_is_one_entry(self, limit: int, shelf: House) -> None:
        assert (await every(shelf, delimiter="/", limit=limit))[:2] == (["a", "c"], ["b/"])
        assert (await every(shelf, delimiter="/", prefix="b/", limit=limit))[:2] == (["b/1", "b/2"], ["b/x/"])
        assert (await every(shelf, delimiter="/", prefix="b", limit=limit))[:2] == ([], ["b/"])
        assert (await every(shelf, delimiter="x/", prefix="b/", limit=limit))[:2] == (["b/1", "b/2"], ["b/x/"])

    async def test_an_empty_parameter_says_nothing(self, shelf: House) -> None:
        assert await page(shelf, prefix="", delimiter="", cursor="") == await page(shelf)

    async def test_objects_that_are_equal_are_all_there(self, house: House) -> None:
        names = [f"{number}" for number in range(7)]
        for name in names:
            await put(house, name, b"same")
        assert (await every(house, sort="size", limit=2))[0] == names
        assert (await every(house, sort="-size", limit=2))[0] == names[::-1]

    @pytest.mark.parametrize("prefix", ["%", "_", "\\", "'; DROP TABLE heads; --", "a%", "*", "é"])
    async def test_a_prefix_is_what_it_says(self, prefix: str, house: House) -> None:
        await put(house, "a")
        await put(house, f"{prefix}b")
        assert await keys(house, prefix=prefix) == [f"{prefix}b"]

    async def test_what_was_deleted_is_not_listed(self, shelf: House) -> None:
        await ask(shelf, "DELETE", at("a"))
        for sort in ("name", "created", "size"):
            assert "a" not in await keys(shelf, sort=sort)


class TestOwners:
    async def test_everybody_finds_their_own(self, shelf: House) -> None:
        other = await shelf.tenant("123456789012", "other")
        with speaking_as(shelf, other):
            await put(shelf, "mine", b"xxxxxx")
            for sort in ("name", "created", "-created", "size", "-size"):
                assert await keys(shelf, owner="me", sort=sort) == ["mine"]
                assert len(await keys(shelf, sort=sort)) == 6
        assert "mine" not in await keys(shelf, owner="me")

    async def test_another_account_finds_nothing(self, shelf: House) -> None:
        with speaking_as(shelf, await shelf.tenant("210987654321", "secrets")):
            assert problem(await ask(shelf, "GET", LIST)) == (404, "no-such-bucket")


class TestFields:
    async def test_members_are_picked(self, shelf: House) -> None:
        told = (await page(shelf, fields="key,size", limit=2))["objects"]
        assert told == [{"key": "a", "size": 5}, {"key": "b/1", "size": 1}]
        assert (await page(shelf, fields="key,key", prefix="a"))["objects"] == [{"key": "a"}]

    async def test_each_member_can_be_picked(self, house: House) -> None:
        rule(house, visibility=Visibility.PUBLIC)
        told = await put(house, "a", headers=[("Seawall-Tags", "a=b")])
        for name, value in told.items():
            assert (await page(house, fields=name))["objects"] == [{name: value}]

    @pytest.mark.parametrize("fields", ["", ",", "colour", "key,", "Key", "key, size", "__class__", "sha256\x01"])
    async def test_what_is_no_member_is_refused(self, fields: str, shelf: House) -> None:
        assert problem(await ask(shelf, "GET", target(fields=fields))) == (400, "invalid-value")


class TestCursors:
    async def cursor(self, house: House, **parameters: object) -> str:
        return str((await page(house, limit=1, **parameters))["next_cursor"])

    @pytest.mark.parametrize(
        "other",
        [
            {"prefix": "b"},
            {"delimiter": "/"},
            {"owner": "me"},
            {"sort": "created"},
            {"sort": "-size"},
            {"sort": "size", "owner": "me"},
        ],
    )
    async def test_a_cursor_is_of_one_list(self, other: dict[str, str], shelf: House) -> None:
        mine, theirs = await self.cursor(shelf), await self.cursor(shelf, **other)
        assert problem(await ask(shelf, "GET", target(cursor=mine, **other))) == (400, "invalid-value")
        assert problem(await ask(shelf, "GET", target(cursor=theirs))) == (400, "invalid-value")
        assert (await ask(shelf, "GET", target(cursor=theirs, limit=3, fields="key", **other))).status == 200

    async def test_a_cursor_is_of_one_bucket_and_of_one_owner(self, shelf: House) -> None:
        other = await shelf.tenant("123456789012", "other")
        cursor, mine = await self.cursor(shelf), await self.cursor(shelf, owner="me")
        assert problem(await ask(shelf, "GET", f"/v1/buckets/other/objects?cursor={cursor}")) == (400, "invalid-value")
        with speaking_as(shelf, other):
            assert problem(await ask(shelf, "GET", target(cursor=mine, owner="me"))) == (400, "invalid-value")

    @pytest.mark.parametrize("forged", ["a", "%00", "AAAA", "é", "=" * 10, "A" * 5000, "eyJiZWhpbmQiOiJhIn0", "../"])
    async def test_what_we_did_not_write_is_refused(self, forged: str, shelf: House) -> None:
        for sort in ("name", "size"):
            query = f"{LIST}?sort={sort}&cursor={quote(forged, safe='%')}"
            assert problem(await ask(shelf, "GET", query)) == (400, "invalid-value")

    async def test_a_cursor_that_was_changed_is_refused(self, shelf: House) -> None:
        cursor = await self.cursor(shelf)
        for place in (0, 10, len(cursor) // 2, len(cursor) - 2):
            other = "A" if cursor[place] != "A" else "B"
            forged = cursor[:place] + other + cursor[place + 1 :]
            assert problem(await ask(shelf, "GET", target(cursor=forged))) == (400, "invalid-value")

    async def test_what_comes_meanwhile_disturbs_nobody(self, shelf: House) -> None:
        cursor = await self.cursor(shelf)
        await ask(shelf, "DELETE", at("a"))
        await put(shelf, "0")
        await put(shelf, "bb")
        assert await keys(shelf, cursor=cursor) == ["b/1", "b/2", "b/x/1", "bb", "c"]

    async def test_a_link_repeats_what_was_asked_for_and_no_signature(self, shelf: House) -> None:
        asked = f"{LIST}?prefix=b%2F&fields=key&limit=1&owner=me"
        reply = await use(shelf, "GET", presign(shelf, "GET", asked))
        link = NEXT.fullmatch(reply.headers["link"])
        assert link
        expected = f"{shelf.base_url}{LIST}?prefix=b%2F&fields=key&limit=1&owner=me&cursor={says(reply)['next_cursor']}"
        assert link[1] == expected
        assert [each["key"] for each in says(await ask(shelf, "GET", link[1].removeprefix(shelf.base_url)))["objects"]] == ["b/2"]


class TestRefusals:
    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=1_0",
            "limit=+5",
            "limit=",
            "limit=10000000000000000000000",
            "limit=%EF%BC%91",
            "owner=you",
            "owner=",
            "sort=-name",
            "sort=",
            "sort=colour",
            "delimiter=/&sort=size",
            "delimiter=/&sort=-created",
            "delimiter=/&owner=me",
            "prefix=%00",
            "prefix=%ff",
            "prefix=a&prefix=b",
            f"prefix={'x' * 1025}",
            f"delimiter={'x' * 1025}",
        ],
    )
    async def test_what_is_no_list_is_refused(self, query: str, shelf: House) -> None:
        assert problem(await ask(shelf, "GET", f"{LIST}?{query}")) == (400, "invalid-value")

    async def test_a_list_has_no_unknown_parameters(self, shelf: House) -> None:
        assert problem(await ask(shelf, "GET", f"{LIST}?offset=3")) == (501, "not-implemented")

    async def test_folders_are_refused_with_a_reason(self, shelf: House) -> None:
        detail = says(await ask(shelf, "GET", f"{LIST}?delimiter=/&sort=size"))["detail"]
        assert "by name" in detail

    async def test_an_unknown_bucket_holds_nothing(self, house: House) -> None:
        for bucket, told in (("nowhere", (404, "no-such-bucket")), ("A_b", (400, "invalid-name"))):
            assert problem(await ask(house, "GET", f"/v1/buckets/{bucket}/objects")) == told


class TestHostileNames:
    async def test_every_name_is_listed_as_it_is(self, house: House) -> None:
        for key in NAMES:
            await put(house, key, key.encode())
        ordered = sorted(NAMES, key=str.encode)
        assert await keys(house, limit=1000) == ordered
        for sort in ("name", "created", "-created", "size", "-size"):
            found, _, pages = await every(house, sort=sort, limit=1)
            assert sorted(found, key=str.encode) == ordered
            assert pages == len(NAMES)

    @pytest.mark.parametrize("key", ["x" * 1024, "\n" * 1024, '"' * 1024, "語" * 341, *LONGEST])
    @pytest.mark.parametrize("sort", ["name", "size"])
    async def test_a_page_may_end_with_any_name(self, sort: str, key: str, house: House) -> None:
        await put(house, key, b"")
        await put(house, "\U0010ffff", b"last")
        assert (await every(house, sort=sort, limit=1))[0] == [key, "\U0010ffff"]

    async def test_every_name_is_its_own_prefix(self, house: House) -> None:
        for key in KEYS:
            await put(house, key, b"")
        for key in KEYS:
            assert await keys(house, prefix=key, limit=1000) == sorted(
                (each for each in KEYS if each.startswith(key)), key=str.encode
            )

    @pytest.mark.parametrize("delimiter", ["/", "a", "é", "\n", "\U0001f600", "%", " ", "//", "zz", "../"])
    async def test_any_text_divides(self, delimiter: str, house: House) -> None:
        for key in NAMES:
            await put(house, key, b"")
        whole = sorted((key for key in NAMES if delimiter not in key), key=str.encode)
        folders = {key[: key.index(delimiter) + len(delimiter)] for key in NAMES if delimiter in key}
        for limit in (1, 3, 1000):
            found = await every(house, delimiter=delimiter, limit=limit)
            assert found[:2] == (whole, sorted(folders, key=str.encode))
