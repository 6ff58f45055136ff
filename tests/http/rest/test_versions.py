"""The versions of a name."""

import re
from typing import Any

import pytest

from buckets.model.bucket import Versioning
from tests.http.house import House
from tests.http.rest.talk import at, patch, problem, put, rule, says
from tests.http.wire import ask


async def versions(house: House, key: str, query: str = "") -> Any:
    reply = await ask(house, "GET", f"{at(key)}?versions{query}")
    assert reply.status == 200, reply
    return says(reply)


class TestWhatIsThere:
    async def test_the_youngest_comes_first(self, house: House) -> None:
        rule(house, versioning=Versioning.ENABLED)
        told = [await put(house, "a", body) for body in (b"1", b"22")]
        listed = await versions(house, "a")
        assert listed["next_cursor"] is None
        assert [each["id"] for each in listed["versions"]] == [told[1]["id"], told[0]["id"]]
        for version, document in zip(listed["versions"], reversed(told), strict=True):
            shared = version.keys() & document.keys()
            assert {name: version[name] for name in shared} == {name: document[name] for name in shared}
            assert (version["is_marker"], version["trashed_at"]) == (False, None)
        assert [each["is_current"] for each in listed["versions"]] == [True, False]

    async def test_a_marker_has_no_content(self, house: House) -> None:
        rule(house, versioning=Versioning.ENABLED)
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        marker, version = (await versions(house, "a"))["versions"]
        assert (marker["is_marker"], marker["is_current"]) == (True, False)
        assert {marker[name] for name in ("size", "etag", "sha256", "content_type", "state", "owner", "immutable_url")} == {None}
        assert (version["is_marker"], version["size"]) == (False, 5)
        assert (await ask(house, "GET", version["immutable_url"].removeprefix(house.base_url))).body == b"hello"

    async def test_the_trash_is_told_of_without_an_address(self, house: House) -> None:
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        [version] = (await versions(house, "a"))["versions"]
        assert (version["is_current"], version["immutable_url"], version["size"]) == (False, None, 5)
        assert version["trashed_at"].endswith("Z")
        assert version["trashed_at"] >= version["created_at"]

    async def test_an_edit_is_no_version(self, house: House) -> None:
        told = await put(house, "a")
        edited = says(await patch(house, "a", {"tags": {"a": "b"}}))
        [version] = (await versions(house, "a"))["versions"]
        assert (version["id"], version["version"]) == (told["id"], edited["version"])

    async def test_other_names_have_versions_of_their_own(self, house: House) -> None:
        told = await put(house, "a")
        await put(house, "a/b")
        await put(house, "A")
        assert [each["id"] for each in (await versions(house, "a"))["versions"]] == [told["id"]]


class TestPages:
    @pytest.fixture
    async def history(self, house: House) -> list[str]:
        rule(house, versioning=Versioning.ENABLED)
        told = [await put(house, "a/é", b"x" * number) for number in range(22)]
        return [each["id"] for each in reversed(told)]

    @pytest.mark.parametrize("limit", [1, 7, 11, 22, 1000])
    async def test_pages_make_the_whole(self, limit: int, house: House, history: list[str]) -> None:
        found, where = list[str](), f"{at('a/é')}?versions&limit={limit}"
        while where:
            reply = await ask(house, "GET", where)
            told = says(reply)
            found += [each["id"] for each in told["versions"]]
            match = re.fullmatch(r'<([^>]+)>; rel="next"', reply.headers.get("link", ""))
            assert bool(match) == bool(told["next_cursor"])
            where = match[1].removeprefix(house.base_url) if match else ""
        assert found == history

    async def test_a_page_has_twenty_unless_told(self, house: House, history: list[str]) -> None:
        told = await versions(house, "a/é")
        assert [each["id"] for each in told["versions"]] == history[:20]
        rest = await versions(house, "a/é", f"&cursor={told['next_cursor']}")
        assert ([each["id"] for each in rest["versions"]], rest["next_cursor"]) == (history[20:], None)

    async def test_a_cursor_is_of_one_name(self, house: House, history: list[str]) -> None:
        await put(house, "b")
        cursor = (await versions(house, "a/é", "&limit=1"))["next_cursor"]
        listed = says(await ask(house, "GET", "/v1/buckets/photos/objects?limit=1"))["next_cursor"]
        for target in (f"{at('b')}?versions&cursor={cursor}", f"{at('a/é')}?versions&cursor={listed}"):
            assert problem(await ask(house, "GET", target)) == (400, "invalid-value")

    async def test_a_page_behind_the_last_version_is_empty(self, house: House, history: list[str]) -> None:
        cursor = (await versions(house, "a/é", "&limit=21"))["next_cursor"]
        name = next(name for name in house.catalog.current if name[1] == "a/é")
        for version in [id_ for id_, each in house.catalog.versions.items() if each.name == name]:
            del house.catalog.versions[version]
        assert await versions(house, "a/é", f"&cursor={cursor}") == {"versions": [], "next_cursor": None}

    @pytest.mark.parametrize("query", ["limit=0", "limit=1001", "cursor=x", "limit=1_0"])
    async def test_what_is_no_page_is_refused(self, query: str, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "GET", f"{at('a')}?versions&{query}")) == (400, "invalid-value")

    async def test_a_page_has_no_unknown_parameters(self, house: House) -> None:
        await put(house, "a")
        assert problem(await ask(house, "GET", f"{at('a')}?versions&sort=size")) == (501, "not-implemented")
