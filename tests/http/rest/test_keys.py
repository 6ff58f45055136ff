"""Keys over the JSON API: how they are made, seen and ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from buckets.model.account import Role, Status
from buckets.model.action import Access, Action
from buckets.model.grant import Place, actions_of
from buckets.names import BucketName
from gateway.auth.keys import MintedPair
from tests.factories.values import IDS, ManualClock
from tests.http.house import House, served
from tests.http.rest.key_desk import BASE, KEYS, NARROW, UNLIMITED, Person, ask, listed, made, make, opens, person
from tests.http.rest.talk import problem, says
from tests.http.wire import connected, request, sign


@pytest.fixture
async def owner(house: House) -> Person:
    return await person(house, user=house.alice.user)


@pytest.fixture
async def admin(house: House) -> Person:
    return await person(house, Role.ADMIN)


@pytest.fixture
async def user(house: House) -> Person:
    return await person(house)


class TestMaking:
    async def test_an_api_key_is_told_once_and_opens_the_house(self, house: House) -> None:
        reply = await make(house, {"name": "renders \u00e9", "kind": "bearer"})
        told = says(reply)
        token, number = told.pop("api_key"), told["id"]
        assert (reply.status, reply.headers["location"], told["url"]) == (201, f"{BASE}{KEYS}/{number}", f"{BASE}{KEYS}/{number}")
        assert reply.headers["cache-control"] == "no-store"
        assert await opens(house, token)
        again = says(await ask(house, token, "GET", f"{KEYS}/{number}"))
        assert told == again
        assert {name: told[name] for name in UNLIMITED} == UNLIMITED
        assert (told["user"], told["name"], told["kind"]) == (str(house.alice.user.id), "renders \u00e9", "bearer")
        assert token.startswith(told["hint"])
        assert (told["revoked_at"], told["last_used_at"]) == (None, None)

    async def test_a_pair_is_told_once_and_signs(self, house: House) -> None:
        told = await made(house, kind="s3")
        pair = MintedPair(told["access_key"], told["secret_key"])
        assert told["hint"] == told["access_key"]
        assert "api_key" not in told
        async with connected(house) as wire:
            await wire.send(request("GET", "/v1/buckets", sign(pair, "GET", "/v1/buckets", house.port)))
            assert (await wire.reply()).status == 200
        known = says(await ask(house, house.alice.token, "GET", f"{KEYS}/{told['id']}"))
        assert set(told) - set(known) == {"access_key", "secret_key"}

    async def test_a_key_reaches_as_far_as_it_is_told_to(self, house: House) -> None:
        told = await made(house, **NARROW)
        assert {name: told[name] for name in NARROW} == NARROW
        [key] = [key for key in house.catalog.api_keys.values() if str(key.id) == told["id"]]
        places = frozenset({Place(BucketName("photos"), "cards/\u00e9"), Place(BucketName("photos2"))})
        assert (key.grant.actions, key.grant.places) == (frozenset({Action.GET_OBJECT, Action.LIST_OBJECTS}), places)

    async def test_actions_are_named_singly_or_by_kind(self, house: House) -> None:
        told = await made(house, actions=["read", "put_object", "get_object"])
        assert told["actions"] == sorted({*actions_of(Access.READ), Action.PUT_OBJECT})

    async def test_what_was_read_can_be_said_again(self, house: House) -> None:
        first = await made(house, **NARROW)
        again = await made(house, **{name: first[name] for name in ("name", "kind", "user", *NARROW)})
        assert {name: again[name] for name in NARROW} == NARROW

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "n" * 201},
            {"kind": "magic"},
            {"kind": None},
            {"actions": []},
            {"actions": ["everything"]},
            {"actions": "read"},
            {"places": []},
            {"places": [{"bucket": "UP"}]},
            {"places": [{"bucket": "photos", "prefix": "\u0001"}]},
            {"places": [{"bucket": "photos", "prefix": "\u00e9" * 513}]},
            {"places": [{"bucket": "photos", "key": "k"}]},
            {"networks": []},
            {"networks": ["10.0.0.1/8"]},
            {"networks": ["10.0.0.0/255.0.0.0"]},
            {"networks": ["10.0.0.0/08"]},
            {"networks": ["somewhere"]},
            {"networks": ["10.0.0.0/33"]},
            {"acts_as": "yes"},
            {"expires_at": "2026-11-28"},
            {"expires_at": "2126-11-28T00:00:00"},
            {"expires_at": "2001-01-01T00:00:00Z"},
            {"expires_at": "9999-12-31T23:59:59-12:00"},
            {"user": "1"},
            {"user": "01A1FCF3-DFDE-76A5-AE8F-61C74B2A1021"},
            {"account": "210987654321"},
            {"role": "owner"},
            {"owner": "01a1fcf3-dfde-76a5-ae8f-61c74b2a1021"},
            {"secret_key": "mine"},
            {"access_key": "SWAAAAAAAAAAAAAAAAAA"},
        ],
    )
    async def test_what_is_not_understood_makes_nothing(self, wrong: dict[str, Any], house: House) -> None:
        before = dict(house.catalog.keys)
        reply = await make(house, {"name": "n", "kind": "s3", **wrong})
        assert problem(reply)[0] == 400
        assert house.catalog.keys == before

    async def test_a_condition_or_a_name_to_repeat_it_under_is_refused(self, house: House) -> None:
        """The secret is told once: the same answer cannot be given again."""
        for header in (("If-Match", '"1"'), ("Idempotency-Key", "once")):
            reply = await ask(house, house.alice.token, "POST", KEYS, {"name": "n", "kind": "s3"}, header)
            assert problem(reply) == (501, "not-implemented")


class TestForWhom:
    async def test_a_user_makes_keys_for_itself(self, house: House, user: Person) -> None:
        for words in ({}, {"user": str(user.user.id)}, {"user": None}):
            told = await made(house, user, **words)
            assert told["user"] == str(user.user.id)
            assert await opens(house, told["api_key"])

    async def test_a_user_makes_none_for_others_there_or_not(self, house: House, user: Person, admin: Person) -> None:
        for other in (admin.user.id, IDS.uuid7()):
            reply = await make(house, {"name": "n", "kind": "s3", "user": str(other)}, user)
            assert problem(reply) == (403, "not-permitted")

    async def test_an_admin_makes_keys_for_users_of_its_account(self, house: House, user: Person, admin: Person) -> None:
        told = await made(house, admin, user=str(user.user.id))
        assert told["user"] == str(user.user.id)
        assert told["id"] in await listed(house, user)

    async def test_a_user_of_another_account_is_like_none(self, house: House, admin: Person) -> None:
        stranger = await house.tenant("210987654321", "theirs")
        gone = await person(house)
        house.catalog.users[gone.user.id] = replace(gone.user, status=Status.SUSPENDED)
        others = stranger.user.id, gone.user.id, IDS.uuid7()
        replies = [await make(house, {"name": "n", "kind": "s3", "user": str(other)}, admin) for other in others]
        assert [problem(reply) for reply in replies] == [(400, "invalid-value")] * 3
        assert len({says(reply)["detail"] for reply in replies}) == 1

    async def test_an_admin_makes_no_key_of_an_owner(self, house: House, admin: Person, owner: Person) -> None:
        assert problem(await make(house, {"name": "n", "kind": "s3", "user": str(owner.user.id)}, admin)) == (403, "wider-than-own")
        mine = await made(house, owner)
        assert problem(await ask(house, admin.token, "POST", f"{KEYS}/{mine['id']}?rotate")) == (403, "wider-than-own")
        assert await opens(house, mine["api_key"])


class TestSeeing:
    async def test_a_user_sees_its_own_keys_and_an_admin_all(self, house: House, user: Person, admin: Person) -> None:
        theirs = await house.tenant("210987654321", "theirs")
        own = {str(user.key), (await made(house, user))["id"]}
        every = {str(key.id) for key in house.catalog.keys.values() if key.account == user.user.account}
        assert await listed(house, user) == own
        assert await listed(house, user, f"&user={user.user.id}") == own
        assert await listed(house, admin) == every > own
        assert await listed(house, admin, f"&user={user.user.id}") == own
        assert await listed(house, admin, f"&user={theirs.user.id}") == await listed(house, admin, f"&user={IDS.uuid7()}") == set()

    async def test_a_user_does_not_ask_for_the_keys_of_others(self, house: House, user: Person, admin: Person) -> None:
        for other in (admin.user.id, IDS.uuid7()):
            assert problem(await ask(house, user.token, "GET", f"{KEYS}?user={other}")) == (403, "not-permitted")

    async def test_a_key_of_others_is_like_none(self, house: House, user: Person, admin: Person) -> None:
        theirs = await person(house, Role.OWNER, account=(await house.tenant("210987654321", "theirs")).user.account)
        asked = [(user, admin.key), (user, IDS.uuid7()), (admin, theirs.key), (admin, IDS.uuid7()), (theirs, admin.key)]
        for method, query in (("GET", ""), ("DELETE", ""), ("POST", "?rotate")):
            replies = [await ask(house, by.token, method, f"{KEYS}/{number}{query}") for by, number in asked]
            assert [problem(reply) for reply in replies] == [(404, "no-such-resource")] * len(asked)
            details = {says(reply)["detail"].replace(str(key), "KEY") for reply, (_, key) in zip(replies, asked, strict=True)}
            assert details == {"There is nothing at keys/KEY."}
        assert await opens(house, theirs.token)
        assert await opens(house, admin.token)

    async def test_a_list_is_told_in_pages_the_newest_first(self, house: House, user: Person) -> None:
        numbers = [str(user.key)] + [(await made(house, user, name=f"{n}"))["id"] for n in range(4)]
        target, seen = f"{KEYS}?limit=2", []
        while target:
            reply = await ask(house, user.token, "GET", target)
            page = says(reply)
            seen += [key["id"] for key in page["keys"]]
            cursor = page["next_cursor"]
            assert ("link" in reply.headers) == bool(cursor)
            target = f"{KEYS}?limit=2&cursor={cursor}" if cursor else ""
        assert seen == numbers[::-1]

    async def test_a_cursor_is_good_for_its_own_list(self, house: House, user: Person, admin: Person) -> None:
        await made(house, user)
        cursor = says(await ask(house, user.token, "GET", f"{KEYS}?limit=1"))["next_cursor"]
        assert problem(await ask(house, admin.token, "GET", f"{KEYS}?cursor={cursor}")) == (400, "invalid-value")

    @pytest.mark.parametrize("number", ["1", "01A1FCF3-DFDE-76A5-AE8F-61C74B2A1021", "%ff"])
    async def test_what_is_no_id_is_refused(self, number: str, house: House) -> None:
        assert problem(await ask(house, house.alice.token, "GET", f"{KEYS}/{number}")) == (400, "invalid-value")


class TestRevoking:
    async def test_a_revoked_key_opens_nothing_from_then_on(self, house: House, user: Person) -> None:
        told = await made(house, user)
        assert await opens(house, told["api_key"])
        for _ in range(2):
            reply = await ask(house, user.token, "DELETE", f"{KEYS}/{told['id']}")
            assert (reply.status, reply.body) == (204, b"")
            assert not await opens(house, told["api_key"])
        known = says(await ask(house, user.token, "GET", f"{KEYS}/{told['id']}"))
        assert known["revoked_at"]
        assert told["id"] in await listed(house, user)

    async def test_an_admin_ends_the_keys_of_its_account(self, house: House, user: Person, admin: Person) -> None:
        assert (await ask(house, admin.token, "DELETE", f"{KEYS}/{user.key}")).status == 204
        assert not await opens(house, user.token)

    async def test_a_key_may_end_itself(self, house: House, user: Person) -> None:
        assert (await ask(house, user.token, "DELETE", f"{KEYS}/{user.key}")).status == 204
        assert not await opens(house, user.token)

    async def test_an_expired_key_opens_nothing(self) -> None:
        clock = ManualClock()
        async with served(House(clock=clock)) as house:
            told = await made(house, expires_at=(clock.now() + timedelta(hours=1)).isoformat())
            assert await opens(house, told["api_key"])
            clock.advance(timedelta(hours=1))
            assert not await opens(house, told["api_key"])

    async def test_every_change_is_on_record(self, house: House, user: Person) -> None:
        first = await made(house, user)
        second = says(await ask(house, user.token, "POST", f"{KEYS}/{first['id']}?rotate"))
        for _ in range(2):
            await ask(house, user.token, "DELETE", f"{KEYS}/{second['id']}")
        lines = [(line.deed.action, line.deed.subject) for line in house.catalog.audit if line.doer.credential == user.key]
        assert lines == [
            ("create_key", f"key:{first['id']}"),
            ("rotate_key", f"key:{first['id']}"),
            ("rotate_key", f"key:{second['id']}"),
            ("revoke_key", f"key:{second['id']}"),
        ]
