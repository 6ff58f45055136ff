"""Keys over the JSON API: what they are told, how far they reach, and how they end."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from buckets.model.account import Role, Status, User
from buckets.model.action import Access, Action
from buckets.model.credential import ApiKey
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import BucketName, CredentialId
from gateway.auth import tokens
from gateway.auth.keys import MintedPair
from tests.factories import values
from tests.factories.values import IDS, ManualClock
from tests.http.house import House, served
from tests.http.rest.talk import problem, says
from tests.http.wire import Reply, connected, request, sign

JSON = ("Content-Type", "application/json")
BASE = "https://files.example.org"
KEYS = "/v1/keys"
READER = Grant(actions=actions_of(Access.READ))
UNLIMITED = {"actions": None, "places": None, "networks": None, "acts_as": False, "expires_at": None}
NARROW: dict[str, Any] = {
    "actions": ["get_object", "list_objects"],
    "places": [{"bucket": "photos", "prefix": "cards/\u00e9"}, {"bucket": "photos2", "prefix": ""}],
    "networks": ["127.0.0.0/8", "2001:db8::/32"],
    "acts_as": False,
    "expires_at": "2036-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Person:
    """A user with an API key."""

    user: User
    token: str
    key: CredentialId


async def person(
    house: House,
    role: Role = Role.USER,
    *,
    account: str = "123456789012",
    grant: Grant | None = None,
    user: User | None = None,
    expires_at: datetime | None = None,
) -> Person:
    """A user, or one that is there, with a key of this reach."""
    user = user or values.user(account, role)
    await house.catalog.ensure_user(user)
    minted, number = tokens.mint(IDS), CredentialId(IDS.uuid7())
    key = ApiKey(
        id=number,
        account=user.account,
        owner=user.id,
        role=user.role,
        token_hash=minted.token_hash,
        prefix=minted.prefix,
        grant=grant or Grant(),
        expires_at=expires_at,
    )
    await house.catalog.add_api_key(key, name="test")
    return Person(user, minted.token, number)


async def ask(house: House, token: str, method: str, target: str, document: Any = None, *headers: tuple[str, str]) -> Reply:
    body = b"" if document is None else json.dumps(document).encode()
    said = [("Authorization", f"Bearer {token}"), *([JSON] if body else []), *headers]
    async with connected(house) as wire:
        await wire.send(request(method, target, said, body))
        return await wire.reply(to=method)


async def make(house: House, document: Any, by: Person | None = None) -> Reply:
    return await ask(house, by.token if by else house.alice.token, "POST", KEYS, document)


async def made(house: House, by: Person | None = None, /, **terms: Any) -> Any:
    """What is told of a key that must be made."""
    reply = await make(house, {"name": "made", "kind": "bearer", **terms}, by)
    assert reply.status == 201, reply
    return says(reply)


async def opens(house: House, token: str) -> bool:
    reply = await ask(house, token, "GET", "/v1/buckets")
    assert reply.status in {200, 401}
    return reply.status == 200


async def listed(house: House, by: Person, query: str = "") -> set[str]:
    reply = await ask(house, by.token, "GET", f"{KEYS}?limit=1000{query}")
    assert reply.status == 200, reply
    return {key["id"] for key in says(reply)["keys"]}


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


class TestNoWiderKey:
    """Attacks 64 and 79: what is limited makes nothing that is less so."""

    @pytest.mark.parametrize(
        ("own", "wanted"),
        [
            (Grant(actions=actions_of(Access.READ, Access.MANAGE)), {}),
            (Grant(actions=actions_of(Access.READ, Access.MANAGE)), {"actions": ["read", "put_object"]}),
            (Grant(actions=actions_of(Access.READ, Access.MANAGE)), {"actions": ["write"]}),
        ],
    )
    async def test_a_limited_key_makes_no_wider_one(self, own: Grant, wanted: dict[str, Any], house: House) -> None:
        by = await person(house, Role.ADMIN, grant=own)
        before = dict(house.catalog.keys)
        assert problem(await make(house, {"name": "n", "kind": "bearer", **wanted}, by)) == (403, "wider-than-own")
        assert house.catalog.keys == before

    async def test_a_limited_key_makes_a_narrower_one(self, house: House) -> None:
        by = await person(house, Role.ADMIN, grant=Grant(actions=actions_of(Access.READ, Access.MANAGE)))
        assert (await made(house, by, actions=["get_object"]))["actions"] == ["get_object"]

    @pytest.mark.parametrize("own", [READER, Grant(places=frozenset({Place(BucketName("photos"))}))], ids=["actions", "places"])
    async def test_a_key_that_names_other_things_does_nothing_with_keys(self, own: Grant, house: House) -> None:
        """Not even another of its own: a key that leaked would outlast its end."""
        by = await person(house, Role.OWNER, grant=own)
        narrow = {"name": "n", "kind": "bearer", "actions": ["get_object"], "places": [{"bucket": "photos"}]}
        assert problem(await make(house, narrow, by)) == (403, "not-permitted")
        own_key = f"{KEYS}/{by.key}"
        for method, target in (("GET", KEYS), ("GET", own_key), ("DELETE", own_key), ("POST", f"{own_key}?rotate")):
            assert problem(await ask(house, by.token, method, target)) == (403, "not-permitted")

    async def test_a_key_makes_none_that_outlives_it(self, house: House) -> None:
        ends = house.clock.now().replace(microsecond=0) + timedelta(days=9)
        by = await person(house, Role.ADMIN, expires_at=ends)
        for later in (None, (ends + timedelta(seconds=1)).isoformat()):
            assert problem(await make(house, {"name": "n", "kind": "s3", "expires_at": later}, by)) == (403, "wider-than-own")
        assert (await make(house, {"name": "n", "kind": "s3", "expires_at": ends.isoformat()}, by)).status == 201

    @pytest.mark.parametrize(("role", "status"), [(Role.SERVICE, 201), (Role.ADMIN, 201), (Role.USER, 403), (Role.READ_ONLY, 403)])
    async def test_an_admin_lets_services_act_for_users(self, role: Role, status: int, house: House, admin: Person) -> None:
        of = await person(house, role)
        reply = await make(house, {"name": "n", "kind": "s3", "acts_as": True, "user": str(of.user.id)}, admin)
        assert reply.status == status

    @pytest.mark.parametrize("role", [Role.SERVICE, Role.USER])
    async def test_nobody_else_lets_anybody_act(self, role: Role, house: House) -> None:
        by = await person(house, role)
        assert problem(await make(house, {"name": "n", "kind": "s3", "acts_as": True}, by)) == (403, "wider-than-own")

    @pytest.mark.parametrize("own", [Grant(acts_as=True), Grant(actions=frozenset(Action))], ids=["acting", "limited"])
    async def test_a_key_that_is_limited_or_acts_lets_nobody_act(self, own: Grant, house: House) -> None:
        by = await person(house, Role.OWNER, grant=own)
        wanted = {"name": "n", "kind": "s3", "acts_as": True, "actions": ["read"]}
        assert problem(await make(house, wanted, by)) == (403, "wider-than-own")


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


class TestRotating:
    @pytest.mark.parametrize("kind", ["s3", "bearer"])
    async def test_the_new_key_is_as_the_old_one_and_both_are_good_for_a_while(self, kind: str, house: House) -> None:
        old = await made(house, kind=kind, **NARROW)
        reply = await ask(house, house.alice.token, "POST", f"{KEYS}/{old['id']}?rotate")
        new = says(reply)
        assert (reply.status, reply.headers["location"], reply.headers["cache-control"]) == (201, new["url"], "no-store")
        same = ("user", "name", "kind", "actions", "places", "networks", "acts_as")
        assert {name: new[name] for name in same} == {name: old[name] for name in same}
        for secret in {"s3": ("access_key", "secret_key"), "bearer": ("api_key",)}[kind]:
            assert new[secret] != old[secret]
        ends = says(await ask(house, house.alice.token, "GET", f"{KEYS}/{old['id']}"))["expires_at"]
        within = datetime.fromisoformat(ends) - house.clock.now()
        assert timedelta(hours=23) < within <= timedelta(hours=24)

    async def test_after_the_overlap_only_the_new_one_opens(self) -> None:
        clock = ManualClock()
        async with served(House(clock=clock)) as house:
            old = await made(house)
            new = says(await ask(house, house.alice.token, "POST", f"{KEYS}/{old['id']}?rotate", {"overlap_seconds": 60}))
            assert await opens(house, old["api_key"])
            clock.advance(timedelta(seconds=60))
            assert not await opens(house, old["api_key"])
            assert await opens(house, new["api_key"])

    async def test_without_an_overlap_the_old_one_ends_at_once(self, house: House) -> None:
        old = await made(house)
        new = says(await ask(house, house.alice.token, "POST", f"{KEYS}/{old['id']}?rotate", {"overlap_seconds": 0}))
        assert not await opens(house, old["api_key"])
        assert await opens(house, new["api_key"])

    async def test_the_new_one_lives_as_long_as_the_old_one_was_to(self) -> None:
        clock = ManualClock()
        async with served(House(clock=clock)) as house:
            by, made_at = house.alice.token, clock.now()
            old = await made(house, expires_at=(made_at + timedelta(days=90)).isoformat())
            clock.advance(timedelta(days=89))
            new = says(await ask(house, by, "POST", f"{KEYS}/{old['id']}?rotate", {"overlap_seconds": 30 * 86_400}))
            assert datetime.fromisoformat(new["expires_at"]) == made_at + timedelta(days=89 + 90)
            known = says(await ask(house, by, "GET", f"{KEYS}/{old['id']}"))
            assert datetime.fromisoformat(known["expires_at"]) == made_at + timedelta(days=90)
            told = {"expires_at": (made_at + timedelta(days=100)).isoformat()}
            third = says(await ask(house, by, "POST", f"{KEYS}/{new['id']}?rotate", told))
            assert datetime.fromisoformat(third["expires_at"]) == made_at + timedelta(days=100)

    async def test_a_key_that_expires_prolongs_itself_by_nothing(self, house: House) -> None:
        ends = house.clock.now() + timedelta(hours=1)
        by = await person(house, expires_at=ends)
        late = {"expires_at": (ends + timedelta(seconds=1)).isoformat()}
        assert problem(await ask(house, by.token, "POST", f"{KEYS}/{by.key}?rotate", late)) == (403, "wider-than-own")
        new = says(await ask(house, by.token, "POST", f"{KEYS}/{by.key}?rotate", {"overlap_seconds": 0}))
        assert datetime.fromisoformat(new["expires_at"]) == ends

    async def test_a_key_that_ended_is_replaced_by_none(self, house: House, user: Person) -> None:
        old = await made(house, user)
        await ask(house, user.token, "DELETE", f"{KEYS}/{old['id']}")
        before = dict(house.catalog.keys)
        assert problem(await ask(house, user.token, "POST", f"{KEYS}/{old['id']}?rotate")) == (409, "key-ended")
        assert house.catalog.keys == before

    async def test_a_limited_key_replaces_no_wider_one(self, house: House, admin: Person) -> None:
        wide = await made(house, admin)
        by = await person(house, user=admin.user, grant=Grant(actions=actions_of(Access.READ, Access.MANAGE)))
        assert problem(await ask(house, by.token, "POST", f"{KEYS}/{wide['id']}?rotate")) == (403, "wider-than-own")

    @pytest.mark.parametrize("wrong", [{"overlap_seconds": -1}, {"overlap_seconds": 2_592_001}, {"overlap": 1}, {"name": "n"}, []])
    async def test_what_is_not_understood_changes_nothing(self, wrong: Any, house: House) -> None:
        old = await made(house)
        before = dict(house.catalog.keys)
        assert problem(await ask(house, house.alice.token, "POST", f"{KEYS}/{old['id']}?rotate", wrong)) == (400, "invalid-value")
        assert house.catalog.keys == before

    async def test_a_key_is_only_posted_to_for_another(self, house: House) -> None:
        old = await made(house)
        assert problem(await ask(house, house.alice.token, "POST", f"{KEYS}/{old['id']}")) == (405, "method-not-allowed")


class TestFromWhere:
    async def test_a_key_is_good_in_its_networks_only(self, house: House) -> None:
        here, elsewhere = [await made(house, networks=[network]) for network in ("127.0.0.0/8", "192.0.2.0/24")]
        assert await opens(house, here["api_key"])
        reply = await ask(house, elsewhere["api_key"], "GET", "/v1/buckets")
        assert problem(reply) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"
        assert "192.0.2" not in reply.body.decode()

    async def test_a_stranger_does_not_learn_where_a_pair_is_good(self, house: House) -> None:
        """Who cannot sign is told of the signature, and who can is told of the address."""
        told = await made(house, kind="s3", networks=["192.0.2.0/24"])
        for secret, code in ((told["secret_key"], "AccessDenied"), ("A" * 40, "SignatureDoesNotMatch")):
            signed = sign(MintedPair(told["access_key"], secret), "GET", "/photos", house.port)
            async with connected(house) as wire:
                await wire.send(request("GET", "/photos", signed))
                reply = await wire.reply()
            assert (reply.status, reply.code()) == (403, code)

    async def test_what_others_say_of_the_address_is_not_believed(self, house: House) -> None:
        told = await made(house, networks=["192.0.2.0/24"])
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
            reply = await ask(house, told["api_key"], "GET", "/v1/buckets", None, (header, "192.0.2.7"))
            assert problem(reply) == (401, "unauthenticated")


class TestLastUse:
    async def test_use_is_noted_when_it_is_written_out(self) -> None:
        clock = ManualClock()
        async with served(House(clock=clock)) as house:
            told = await made(house)
            await opens(house, told["api_key"])
            assert house.catalog.keys[CredentialId(UUID(told["id"]))].last_used_at is None
            await house.uses.write_out()
            known = says(await ask(house, house.alice.token, "GET", f"{KEYS}/{told['id']}"))
            assert datetime.fromisoformat(known["last_used_at"]) == clock.now()

    async def test_what_was_refused_is_no_use(self, house: House) -> None:
        told = await made(house, networks=["192.0.2.0/24"])
        assert not await opens(house, told["api_key"])
        await house.uses.write_out()
        known = says(await ask(house, house.alice.token, "GET", f"{KEYS}/{told['id']}"))
        assert known["last_used_at"] is None


async def test_a_secret_is_told_nowhere_else(house: House, owner: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    pair = await made(house, owner, kind="s3")
    token = await made(house, owner)
    secrets = pair["secret_key"], token["api_key"]
    urls = [f"{KEYS}/{key['id']}" for key in (pair, token)]
    replies = [await ask(house, owner.token, "GET", target) for target in (KEYS, *urls)]
    replies += [await ask(house, owner.token, "POST", f"{url}?rotate") for url in urls]
    replies += [await ask(house, secrets[1], "GET", KEYS), await ask(house, secrets[1], "GET", "/v1/buckets/none")]
    told = [reply.body.decode() for reply in replies] + [str(reply.headers) for reply in replies]
    kept = [repr(house.catalog), str(house.lines), caplog.text]
    assert not [text for text in (*told, *kept) for secret in secrets if secret in text]
