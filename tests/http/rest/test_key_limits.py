"""How far keys over the JSON API reach: no further than those they were made with, and from where they say."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from buckets.model.account import Role
from buckets.model.action import Access, Action
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import BucketName, CredentialId
from gateway.auth.keys import MintedPair
from tests.factories.values import ManualClock
from tests.http.house import House, served
from tests.http.rest.key_desk import KEYS, READER, Person, ask, made, make, opens, person
from tests.http.rest.talk import problem, says
from tests.http.wire import connected, request, sign


@pytest.fixture
async def owner(house: House) -> Person:
    return await person(house, user=house.alice.user)


@pytest.fixture
async def admin(house: House) -> Person:
    return await person(house, Role.ADMIN)


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
