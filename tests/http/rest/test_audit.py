"""The audit over the JSON API."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from buckets.model.account import Role
from tests.http.house import House
from tests.http.rest.talk import at, problem, put, says, speaking_as
from tests.http.wire import Reply, ask


async def audit(house: House, **terms: str) -> Reply:
    query = urlencode(terms, quote_via=quote)
    return await ask(house, "GET", "/v1/audit" + (f"?{query}" if query else ""))


async def entries(house: House, **terms: str) -> list[Any]:
    reply = await audit(house, **terms)
    assert reply.status == 200, reply
    return list(says(reply)["entries"])


async def test_a_change_is_told_with_who_made_it(house: House) -> None:
    stored = await put(house, "letters/a", b"hello", headers=[("User-Agent", "curl/8")])
    [entry] = await entries(house, bucket="photos", key="letters/a", kind="change")
    alice = house.alice.user
    assert entry.pop("id")
    assert entry.pop("at").startswith(stored["created_at"][:10])
    assert entry.pop("credential")
    head = house.head("letters/a")
    assert head is not None
    assert len(entry.pop("request_id")) == 16
    assert entry == {
        "kind": "change",
        "actor": str(alice.id),
        "on_behalf_of": None,
        "action": "put_object",
        "bucket": "photos",
        "key": "letters/a",
        "version": str(head.version),
        "subject": None,
        "result": "done",
        "reason": None,
        "address": "127.0.0.1",
        "agent": "curl/8",
        "bytes": 5,
        "duration_ms": None,
    }


async def test_pages_go_on_where_the_one_before_ended(house: House) -> None:
    for number in range(5):
        await put(house, f"k{number}")
    found, terms = [], {"limit": "2", "action": "put_object"}
    while True:
        reply = await audit(house, **terms)
        found += [entry["key"] for entry in says(reply)["entries"]]
        cursor = says(reply)["next_cursor"]
        if cursor is None:
            break
        terms["cursor"] = cursor
        assert reply.headers["link"].startswith("<https://files.example.org/v1/audit?limit=2&action=put_object&cursor=")
    assert found == ["k4", "k3", "k2", "k1", "k0"]


async def test_a_cursor_belongs_to_its_list(house: House) -> None:
    for number in range(3):
        await put(house, f"k{number}")
    cursor = says(await audit(house, limit="1"))["next_cursor"]
    assert problem(await audit(house, limit="1", action="put_object", cursor=cursor)) == (400, "invalid-value")
    assert problem(await audit(house, limit="1", cursor=cursor[:-1])) == (400, "invalid-value")
    stranger = await house.tenant("210987654321", "theirs")
    with speaking_as(house, stranger):
        assert problem(await audit(house, limit="1", cursor=cursor)) == (400, "invalid-value")


async def test_filters_are_joined(house: House) -> None:
    await put(house, "a")
    await put(house, "b")
    await ask(house, "DELETE", at("a"))
    assert [entry["action"] for entry in await entries(house, bucket="photos", key="a", kind="change")] == [
        "delete_object",
        "put_object",
    ]
    [entry] = await entries(house, bucket="photos", key="a", action="put_object")
    assert await entries(house, to=entry["at"], bucket="photos", key="a") == []
    since = await entries(house, **{"from": entry["at"]}, action="put_object", key="a", bucket="photos")
    assert [each["id"] for each in since] == [entry["id"]]
    assert await entries(house, actor=str(house.alice.bucket.id)) == []
    assert await entries(house, address="192.0.2.1") == []
    assert await entries(house, on_behalf_of=str(house.alice.user.id)) == []


async def test_other_accounts_hear_nothing(house: House) -> None:
    await put(house, "a")
    with speaking_as(house, await house.tenant("210987654321", "theirs", Role.ADMIN)):
        assert await entries(house, bucket="photos") == []
        assert {entry["bucket"] for entry in await entries(house)} == {"theirs", None}


@pytest.mark.parametrize("role", [Role.SERVICE, Role.USER, Role.READ_ONLY])
async def test_whoever_does_not_manage_hears_nothing(role: Role, house: House) -> None:
    with speaking_as(house, await house.tenant("210987654321", "theirs", role)):
        assert problem(await audit(house)) == (403, "not-permitted")


@pytest.mark.parametrize(
    ("terms", "slug"),
    [
        ({"kind": "both"}, "invalid-value"),
        ({"kind": ""}, "invalid-value"),
        ({"actor": "me"}, "invalid-value"),
        ({"on_behalf_of": "1"}, "invalid-value"),
        ({"version": "x"}, "invalid-value"),
        ({"key": "a"}, "invalid-value"),
        ({"bucket": "Photos"}, "invalid-name"),
        ({"bucket": "photos", "key": ""}, "invalid-name"),
        ({"result": "ok"}, "invalid-value"),
        ({"from": "2026-11-21"}, "invalid-value"),
        ({"from": "2026-11-21T12:00:00"}, "invalid-value"),
        ({"to": "2026-02-30T12:00:00Z"}, "invalid-value"),
        ({"to": "0000-01-01T00:00:00Z"}, "invalid-value"),
        ({"action": "x" * 1025}, "invalid-value"),
        ({"limit": "0"}, "invalid-value"),
        ({"limit": "1001"}, "invalid-value"),
    ],
)
async def test_what_cannot_be_meant_is_refused(terms: dict[str, str], slug: str, house: House) -> None:
    assert problem(await audit(house, **terms)) == (400, slug)


async def test_a_word_that_it_does_not_know_is_refused(house: House) -> None:
    assert problem(await audit(house, who="me")) == (501, "not-implemented")
