"""Keys over the JSON API that take the place of others."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from buckets.model.account import Role
from buckets.model.action import Access
from buckets.model.grant import Grant, actions_of
from tests.factories.values import ManualClock
from tests.http.house import House, served
from tests.http.rest.key_desk import KEYS, NARROW, Person, ask, made, opens, person
from tests.http.rest.talk import problem, says


@pytest.fixture
async def admin(house: House) -> Person:
    return await person(house, Role.ADMIN)


@pytest.fixture
async def user(house: House) -> Person:
    return await person(house)


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
