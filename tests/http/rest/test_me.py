"""Oneself, over the JSON API."""

from dataclasses import replace
from typing import Any

import pytest

from buckets.model.account import Role
from buckets.model.action import Access
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import BucketName
from tests.http.house import House, Tenant
from tests.http.rest.talk import look, problem, say, says
from tests.http.wire import Reply, connected, request

ME = "/v1/me"


async def change(house: House, document: Any, *headers: tuple[str, str], by: Tenant | None = None) -> Reply:
    return await say(house, "PATCH", ME, document, *headers, by=by)


@pytest.mark.parametrize("role", [*Role])
async def test_everybody_is_told_who_it_is(role: Role, house: House) -> None:
    member = await house.member(role, email="Ann@example.org", preferences={"a": 1})
    reply = await look(house, ME, by=member)
    told = says(reply)
    assert (reply.status, reply.headers["etag"]) == (200, '"1"')
    assert (told["id"], told["account"], told["role"]) == (str(member.user.id), "123456789012", role)
    assert (told["email"], told["preferences"]) == ("Ann@example.org", {"a": 1})
    assert (await look(house, ME, ("If-None-Match", '"1"'), by=member)).status == 304


@pytest.mark.parametrize("role", [*Role])
async def test_everybody_changes_its_own_name_and_preferences(role: Role, house: House) -> None:
    member = await house.member(role, preferences={"a": 1, "b": 2})
    told = says(await change(house, {"name": "Ann", "preferences": {"a": None, "c": {"d": None}}}, by=member))
    assert (told["name"], told["preferences"], told["revision"]) == ("Ann", {"b": 2, "c": {}}, 2)
    assert told == says(await look(house, ME, by=member))


@pytest.mark.parametrize("role", [*Role])
async def test_one_s_own_address_is_for_those_who_look_after_others(role: Role, house: House) -> None:
    member = await house.member(role)
    reply = await change(house, {"email": "ann@example.org"}, by=member)
    allowed = role in (Role.OWNER, Role.ADMIN)
    assert reply.status == (200 if allowed else 403)
    assert house.catalog.users[member.user.id].email == ("ann@example.org" if allowed else None)


@pytest.mark.parametrize(
    "words",
    [{"role": "owner"}, {"status": "active"}, {"tier": "large"}, {"identities": []}, {"id": "x"}, {"account": "210987654321"}],
)
async def test_nothing_else_is_one_s_own_to_change(words: Any, house: House) -> None:
    assert problem(await change(house, {"name": "Ann", **words})) == (400, "invalid-value")
    assert house.catalog.users[house.alice.user.id] == house.alice.user


async def test_a_change_wins_only_from_what_the_caller_knows(house: House) -> None:
    assert (await change(house, {"name": "1"}, ("If-Match", '"1"'))).status == 200
    assert problem(await change(house, {"name": "2"}, ("If-Match", '"1"'))) == (412, "precondition-failed")


@pytest.mark.parametrize(
    "grant",
    [Grant(actions=actions_of(Access.READ, Access.WRITE)), Grant(places=frozenset({Place(BucketName("photos"))}))],
)
async def test_a_key_for_less_does_not_reach_its_owner(grant: Grant, house: House) -> None:
    for hash_, key in house.catalog.api_keys.items():
        house.catalog.api_keys[hash_] = replace(key, grant=grant)
    assert (await look(house, ME)).status == 200
    assert problem(await change(house, {"name": "Ann"})) == (403, "not-permitted")
    assert house.catalog.users[house.alice.user.id] == house.alice.user


async def test_who_brings_no_credential_is_nobody(house: House) -> None:
    async with connected(house) as wire:
        await wire.send(request("GET", ME, []))
        assert problem(await wire.reply()) == (401, "unauthenticated")
