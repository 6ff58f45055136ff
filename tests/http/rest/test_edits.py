"""Editing what is said of an object."""

import asyncio
import base64
import hashlib
import json
from typing import Any

import pytest

from buckets.model.account import Role
from buckets.model.bucket import Visibility
from tests.http.house import House
from tests.http.rest.talk import at, patch, problem, put, rule, says, speaking_as
from tests.http.wire import ask, ask_signed, bearer, connected, request

SAID = [("Seawall-Meta-Colour", "red"), ("Seawall-Meta-Size", "9"), ("Seawall-Tags", "kind=card&set=1")]


class TestChanges:
    async def test_names_are_added_changed_and_taken_away(self, house: House) -> None:
        before = await put(house, "a", headers=SAID)
        change = {"metadata": {"Colour": "blau, ü", "size": None, "new": ""}, "tags": {"kind": "x", "set": None, "none": None}}
        reply = await patch(house, "a", change)
        told = says(reply)
        assert reply.status == 200
        assert (told["metadata"], told["tags"]) == ({"colour": "blau, ü", "new": ""}, {"kind": "x"})
        assert told == says(await ask(house, "GET", f"{at('a')}?info"))
        changed = {name for name in told if told[name] != before[name]}
        assert changed == {"metadata", "tags", "version"}
        got = await ask(house, "GET", at("a"))
        assert (got.body, got.headers["seawall-meta-colour"]) == (b"hello", "blau, ü")

    async def test_the_visibility_is_set_and_left_to_the_bucket_again(self, house: House) -> None:
        await put(house, "a")
        rule(house, visibility=Visibility.PUBLIC)
        for said, told in [("private", "private"), (None, "public"), ("public", "public")]:
            assert says(await patch(house, "a", {"visibility": said}))["visibility"] == told
        assert says(await patch(house, "a", {}))["visibility"] == "public"
        head = house.head("a")
        assert head
        assert head.visibility is Visibility.PUBLIC

    async def test_nothing_to_change_is_no_error(self, house: House) -> None:
        before = await put(house, "a", headers=SAID)
        nothing: list[dict[str, dict[str, str]]] = [{}, {"metadata": {}, "tags": {}}]
        for change in nothing:
            told = says(await patch(house, "a", change))
            assert (told["metadata"], told["tags"], told["id"]) == (before["metadata"], before["tags"], before["id"])

    @pytest.mark.parametrize("kind", ["application/merge-patch+json", "Application/JSON ; charset=utf-8"])
    async def test_a_change_is_json_by_either_name(self, kind: str, house: House) -> None:
        await put(house, "a")
        reply = await ask(house, "PATCH", at("a"), headers=[("Content-Type", kind)], body=b'{"tags": {"a": "b"}}')
        assert (reply.status, says(reply)["tags"]) == (200, {"a": "b"})

    async def test_changes_that_meet_are_all_made(self, house: House) -> None:
        await put(house, "a")
        replies = await asyncio.gather(*(patch(house, "a", {"metadata": {f"n{number}": "x"}}) for number in range(4)))
        assert [reply.status for reply in replies] == [200] * 4
        assert len(says(await ask(house, "GET", f"{at('a')}?info"))["metadata"]) == 4

    async def test_a_change_may_depend_on_the_bytes(self, house: House) -> None:
        etag = (await put(house, "a"))["etag"]
        assert problem(await patch(house, "a", {}, headers=[("If-Match", '"other"')])) == (412, "precondition-failed")
        assert problem(await patch(house, "a", {}, headers=[("If-None-Match", "*")])) == (412, "precondition-failed")
        assert (await patch(house, "a", {}, headers=[("If-Match", f'"{etag}"')])).status == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", "invalid-value"),
            (b"[]", "invalid-value"),
            (b"null", "invalid-value"),
            (b'{"size": 1}', "invalid-value"),
            (b'{"state": "clean"}', "invalid-value"),
            (b'{"owner": "me"}', "invalid-value"),
            (b'{"metadata": null}', "invalid-value"),
            (b'{"metadata": {"a": 1}}', "invalid-value"),
            (b'{"metadata": {"a": {"b": "c"}}}', "invalid-value"),
            (b'{"metadata": {"a": "1", "A": null}}', "invalid-value"),
            (b'{"metadata": {"a b": "1"}}', "invalid-value"),
            (b'{"metadata": {"": "1"}}', "invalid-value"),
            (b'{"metadata": {"a": "\\r\\nb"}}', "invalid-value"),
            (b'{"metadata": {"a": "\\u0000"}}', "invalid-value"),
            (b'{"metadata": {"a": "\\ud800"}}', "invalid-value"),
            (b'{"metadata": {"a": "\xff"}}', "invalid-value"),
            (b'{"metadata": {}, "metadata": {}}', "invalid-value"),
            (b'{"metadata": {"a": "' + b"x" * 2048 + b'"}}', "metadata-too-large"),
            (b'{"tags": {"a?": "1"}}', "invalid-tag"),
            (b'{"tags": {"aws:a": "1"}}', "invalid-tag"),
            (json.dumps({"tags": {str(number): "" for number in range(11)}}).encode(), "invalid-tag"),
            (b'{"tags": ["a"]}', "invalid-value"),
            (b'{"visibility": "secret"}', "invalid-value"),
            (b'{"visibility": true}', "invalid-value"),
            (b'{"a":' * 40 + b"1" + b"}" * 40, "invalid-value"),
            (b'{"tags": {}} x', "invalid-value"),
        ],
    )
    async def test_what_is_no_change_is_refused(self, body: bytes, kind: str, house: House) -> None:
        before = await put(house, "a", headers=SAID)
        reply = await ask(house, "PATCH", at("a"), headers=[("Content-Type", "application/json")], body=body)
        assert problem(reply) == (400, kind)
        assert says(await ask(house, "GET", f"{at('a')}?info")) == before

    async def test_what_is_there_counts_to_the_limits(self, house: House) -> None:
        tags = "&".join(f"{number}=x" for number in range(10))
        await put(house, "a", headers=[("Seawall-Tags", tags), ("Seawall-Meta-A", "x" * 2000)])
        assert problem(await patch(house, "a", {"tags": {"new": ""}})) == (400, "invalid-tag")
        assert problem(await patch(house, "a", {"metadata": {"b": "x" * 48}})) == (400, "metadata-too-large")
        assert (await patch(house, "a", {"tags": {"0": None, "new": ""}, "metadata": {"a": None, "b": "x" * 48}})).status == 200

    @pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", ""])
    async def test_another_type_is_not_supported(self, kind: str | None, house: House) -> None:
        await put(house, "a")
        headers = [] if kind is None else [("Content-Type", kind)]
        assert problem(await ask(house, "PATCH", at("a"), headers=headers, body=b"{}")) == (415, "media-type-not-supported")

    async def test_a_change_is_small(self, house: House) -> None:
        await put(house, "a")
        for headers in ([("Content-Length", str((1 << 20) + 1))], [("Transfer-Encoding", "chunked")]):
            async with connected(house) as wire:
                said = [*bearer(house), ("Content-Type", "application/json"), *headers]
                await wire.send(request("PATCH", at("a"), said))
                if "Transfer-Encoding" in dict(headers):
                    await wire.send(b"100001\r\n" + b" " * 0x100001 + b"\r\n")
                assert problem(await wire.reply()) == (413, "too-large")

    async def test_a_change_has_the_digest_that_is_claimed(self, house: House) -> None:
        before = await put(house, "a")
        md5 = base64.b64encode(hashlib.md5(b"else").digest()).decode()
        assert problem(await patch(house, "a", {"tags": {"a": "b"}}, headers=[("Content-MD5", md5)])) == (400, "digest-mismatch")
        headers = [("Content-Type", "application/json")]
        assert (await ask_signed(house, "PATCH", at("a"), headers=headers, body=b'{"tags": {}}')).status == 200
        assert says(await ask(house, "GET", f"{at('a')}?info"))["tags"] == before["tags"]

    async def test_what_is_not_there_cannot_be_changed(self, house: House) -> None:
        assert problem(await patch(house, "a", {})) == (404, "no-such-object")
        await put(house, "a")
        await ask(house, "DELETE", at("a"))
        assert problem(await patch(house, "a", {})) == (404, "no-such-object")

    async def test_who_may_only_read_changes_nothing(self, house: House) -> None:
        before = await put(house, "a")
        reader = await house.tenant("123456789012", "other", Role.READ_ONLY)
        with speaking_as(house, reader):
            assert problem(await patch(house, "a", {"tags": {"a": "b"}})) == (403, "not-permitted")
        assert says(await ask(house, "GET", f"{at('a')}?info")) == before

    @pytest.mark.parametrize(
        "header", [("Idempotency-Key", "a"), ("Seawall-Tags", "a=b"), ("Seawall-Meta-A", "b"), ("Dry-Run", "1")]
    )
    async def test_a_header_that_says_nothing_here_is_refused(self, header: tuple[str, str], house: House) -> None:
        before = await put(house, "a")
        assert problem(await patch(house, "a", {"tags": {"a": "b"}}, headers=[header])) == (501, "not-implemented")
        now: Any = says(await ask(house, "GET", f"{at('a')}?info"))
        assert now == before
