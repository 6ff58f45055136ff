"""Hostile names through the JSON API: they come back as they went, and nothing reaches another object."""

from urllib.parse import quote

import pytest

from tests.factories.hostile_names import KEYS
from tests.http.house import House
from tests.http.rest.talk import LIST, Piece, at, patch, post_form, put, says
from tests.http.wire import ask

HOSTILE_FILES = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "a/b/c.txt",
    "C:\\x\\y.doc",
    "%2e%2e%2fa",
    'a"b',
    "<script>alert(1)</script>.html",
    "'; DROP TABLE heads; --",
    "\u202egpj.exe",
    "\u202e",
    ".htaccess",
    "...",
    "CON",
    "-rf",
    "a b",
    "é",
    "e\u0301",
    "😀.png",
    "क्षि.txt",
    "x" * 2000 + ".tar.gz",
    "é" * 1000,
    "${HOME}`id`$(id)",
    " ",
    "?#&=;",
    "~",
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: quote(key)[:30])
class TestKeys:
    async def test_a_name_survives_everything(self, key: str, house: House) -> None:
        told = await put(house, key, key.encode())
        assert told["key"] == key
        assert told["url"] == f"{house.base_url}{at(key)}"
        for url in (told["url"], told["immutable_url"]):
            assert (await ask(house, "GET", url.removeprefix(house.base_url))).body == key.encode()
        assert says(await ask(house, "GET", f"{at(key)}?info")) == told
        assert says(await patch(house, key, {"tags": {"a": "b"}}))["key"] == key
        assert len(says(await ask(house, "GET", f"{at(key)}?versions"))["versions"]) == 1
        listed = says(await ask(house, "GET", f"{LIST}?prefix={quote(key, safe='')}&limit=1"))
        assert [each["key"] for each in listed["objects"]] == [key]

    async def test_a_name_is_copied_moved_deleted_and_restored(self, key: str, house: House) -> None:
        await put(house, "plain", key.encode())
        copied = await ask(house, "POST", f"{at('plain')}?copy-to=photos/{quote(key, safe='')}")
        assert (copied.status, says(copied)["key"]) == (201, key)
        assert house.keys == ["plain", key]
        assert (await ask(house, "DELETE", at("plain"))).status == 204
        moved = await ask(house, "POST", f"{at(key)}?move-to=photos%2Fback")
        assert (moved.status, house.keys) == (201, ["back"])
        assert (await ask(house, "POST", f"{at('back')}?move-to={quote(f'photos/{key}')}")).status == 201
        assert (await ask(house, "DELETE", at(key))).status == 204
        assert not house.keys
        assert says(await ask(house, "POST", f"{at(key)}?restore"))["key"] == key
        assert (await ask(house, "GET", at(key))).body == key.encode()

    async def test_a_name_comes_in_a_form(self, key: str, house: House) -> None:
        reply = await post_form(house, Piece("key", key), Piece("file", key.encode(), "a"))
        assert (reply.status, says(reply)["key"], house.keys) == (201, key, [key])
        assert (await ask(house, "GET", at(key))).body == key.encode()


@pytest.mark.parametrize("filename", HOSTILE_FILES, ids=lambda name: quote(name)[:30])
class TestFiles:
    async def test_a_file_is_stored_under_a_tame_name(self, filename: str, house: House) -> None:
        sent = Piece("file", "hello", filename.replace("\\", "\\\\").replace('"', '\\"'))
        by_form = says(await post_form(house, sent))
        header = ("Seawall-Filename", quote(filename, safe=""))
        by_header = says(await ask(house, "POST", "/v1/objects/photos", headers=[header], body=b"hello"))
        for told in (by_form, by_header):
            start, user, name = told["key"].split("/")
            assert (start, user) == ("uploads", str(house.alice.user.id))
            assert len(name.encode()) < 200
            assert not set(name) & set("\\<>\"'`$?#&;%* :\u202e")
            assert ".." not in name
            got = await ask(house, "GET", told["url"].removeprefix(house.base_url))
            assert got.body == b"hello"
            assert "\n" not in got.headers["content-disposition"]
        assert by_form["filename"] == by_header["filename"] or by_form["filename"] == by_form["key"].rpartition("/")[2]
