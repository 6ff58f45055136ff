"""Who may do what, over both fronts: what is public, what statements say, how far keys reach, and what strangers learn."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from buckets.model.account import Role
from buckets.model.action import Access
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import BucketName
from tests.factories import values
from tests.http.house import House, Tenant
from tests.http.wire import Reply, ask, connected, request

JSON = ("Content-Type", "application/json")


async def nobody(house: House, method: str, target: str, *headers: tuple[str, str]) -> Reply:
    """A request without a credential."""
    async with connected(house) as wire:
        await wire.send(request(method, target, headers))
        return await wire.reply(to=method)


async def ask_as(who: Tenant, house: House, method: str, target: str, body: bytes = b"", *headers: tuple[str, str]) -> Reply:
    async with connected(house) as wire:
        await wire.send(request(method, target, [JSON, ("Authorization", f"Bearer {who.token}"), *headers], body))
        return await wire.reply(to=method)


async def ruled(house: House, **rules: Any) -> None:
    reply = await ask(house, "PATCH", "/v1/buckets/photos", headers=[JSON], body=json.dumps(rules).encode())
    assert reply.status == 200, reply.body


async def colleague(house: House, role: Role, grant: Grant | None = None) -> Tenant:
    """Another user of the first tenant's account."""
    there = await house.tenant("123456789012", f"of-{role}", role)
    for token_hash, key in list(house.catalog.api_keys.items()):
        if grant and key.owner == there.user.id:
            house.catalog.api_keys[token_hash] = replace(key, grant=grant)
    return there


@pytest.fixture(params=["/photos", "/v1/objects/photos"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestWithoutACredential:
    async def test_what_is_private_is_refused_whether_it_is_there_or_not(self, house: House, place: str) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        refused = [
            await nobody(house, "GET", target) for target in (f"{place}/a", f"{place}/none", place.replace("photos", "none") + "/a")
        ]
        assert {reply.status for reply in refused} == {403 if place == "/photos" else 401}
        assert len({reply.code() or json.loads(reply.body)["type"] for reply in refused}) == 1

    async def test_what_is_public_is_read_whole_and_in_part(self, house: House, place: str) -> None:
        await ruled(house, visibility="public")
        await ask(house, "PUT", "/photos/a", body=b"hello")
        whole, part = await nobody(house, "GET", f"{place}/a"), await nobody(house, "GET", f"{place}/a", ("Range", "bytes=1-2"))
        assert (whole.status, whole.body, part.status, part.body) == (200, b"hello", 206, b"el")
        assert (await nobody(house, "HEAD", f"{place}/a")).status == 200
        assert (await nobody(house, "GET", f"{place}/none")).status == 404

    async def test_an_object_may_be_public_by_itself_or_private_by_itself(self, house: House, place: str) -> None:
        shown = [("Seawall-Visibility", "public")]
        await ask(house, "PUT", "/v1/objects/photos/shown", headers=shown, body=b"hello")
        assert (await nobody(house, "GET", f"{place}/shown")).body == b"hello"
        await ruled(house, visibility="public")
        await ask(house, "PUT", "/v1/objects/photos/hidden", headers=[("Seawall-Visibility", "private")], body=b"secret")
        assert (await nobody(house, "GET", f"{place}/hidden")).status in (401, 403)

    async def test_conditions_tell_nothing_of_what_is_private(self, house: House, place: str) -> None:
        etag = (await ask(house, "PUT", "/photos/a", body=b"hello")).headers["etag"]
        for name, value in (("If-None-Match", etag), ("If-Match", etag), ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")):
            reply = await nobody(house, "GET", f"{place}/a", (name, value))
            assert reply.status in (401, 403)
            assert not {"etag", "last-modified"} & reply.headers.keys()

    @pytest.mark.parametrize(
        ("method", "target"),
        [
            ("PUT", "/photos/a"),
            ("DELETE", "/photos/a"),
            ("GET", "/photos"),
            ("GET", "/"),
            ("GET", "/v1/buckets"),
            ("GET", "/v1/explain"),
        ],
    )
    async def test_nothing_else_is_done_even_where_all_is_public(self, house: House, method: str, target: str) -> None:
        await ruled(house, visibility="public")
        assert (await nobody(house, method, target)).status in (401, 403)
        assert not house.keys


class TestOtherAccounts:
    async def test_what_is_private_answers_like_what_is_not_there(self, house: House, place: str) -> None:
        bob = await house.tenant("210987654321", "theirs")
        await ask(house, "PUT", "/photos/a", body=b"hello")
        for method in ("GET", "HEAD", "DELETE"):
            here, nowhere = [
                await ask_as(bob, house, method, f"{place.replace('photos', name)}/a") for name in ("photos", "nowhere")
            ]
            assert (here.status, here.code()) == (nowhere.status, nowhere.code())
            assert here.status == 404

    async def test_what_is_public_is_read_and_nothing_is_written(self, house: House, place: str) -> None:
        bob = await house.tenant("210987654321", "theirs")
        await ruled(house, visibility="public")
        await ask(house, "PUT", "/photos/a", body=b"hello")
        assert (await ask_as(bob, house, "GET", f"{place}/a")).body == b"hello"
        assert (await ask_as(bob, house, "PUT", f"{place}/b", b"x")).status == 403
        assert house.keys == ["a"]

    async def test_a_copy_takes_what_may_be_read_and_nothing_else(self, house: House) -> None:
        bob = await house.tenant("210987654321", "theirs")
        await ask(house, "PUT", "/v1/objects/photos/shown", headers=[("Seawall-Visibility", "public")], body=b"hello")
        await ask(house, "PUT", "/photos/hidden", body=b"secret")
        taken = await ask_as(bob, house, "PUT", "/theirs/a", b"", ("x-amz-copy-source", "/photos/shown"))
        refused = [
            await ask_as(bob, house, "PUT", "/theirs/b", b"", ("x-amz-copy-source", f"/photos/{key}")) for key in ("hidden", "none")
        ]
        assert taken.status == 200
        assert {(reply.status, reply.code()) for reply in refused} == {(404, "NoSuchBucket")}


class TestStatements:
    async def test_a_denial_holds_for_the_owner_as_well_and_can_be_taken_back(self, house: House, place: str) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        await ruled(house, policy=[{"name": "closed", "effect": "deny", "who": ["anyone"], "actions": ["read", "write"]}])
        assert (await ask(house, "GET", f"{place}/a")).status == 403
        await ruled(house, policy=[])
        assert (await ask(house, "GET", f"{place}/a")).body == b"hello"

    async def test_strangers_list_and_read_where_they_are_allowed(self, house: House) -> None:
        bob = await house.tenant("210987654321", "theirs")
        await ask(house, "PUT", "/photos/open/a", body=b"hello")
        await ask(house, "PUT", "/photos/b", body=b"secret")
        statement = {"name": "open", "effect": "allow", "who": ["account:210987654321"], "actions": ["read"], "prefix": "open/"}
        await ruled(house, policy=[statement])
        assert (await ask_as(bob, house, "GET", "/photos/open/a")).body == b"hello"
        assert (await ask_as(bob, house, "GET", "/photos?list-type=2&prefix=open/")).status == 200
        assert (await ask_as(bob, house, "GET", "/photos?list-type=2")).status == 404
        assert (await ask_as(bob, house, "GET", "/photos/b")).status == 404

    @pytest.mark.parametrize(
        "statement",
        [
            {"who": ["anyone"], "actions": ["write"]},
            {"who": ["anyone"], "actions": ["govern"], "effect": "deny"},
            {"who": ["anyone"], "actions": ["fly"]},
            {"who": ["everyone"], "actions": ["read"]},
            {"who": [], "actions": ["read"]},
            {"who": ["anyone"], "actions": ["read"], "unless": "x"},
            {"who": ["anyone"], "actions": ["read"], "name": "a b"},
        ],
    )
    async def test_what_makes_no_sense_is_refused_and_changes_nothing(self, house: House, statement: dict[str, Any]) -> None:
        rules = {"policy": [{"name": "s", "effect": "allow", **statement}], "purpose": "other"}
        reply = await ask(house, "PATCH", "/v1/buckets/photos", headers=[JSON], body=json.dumps(rules).encode())
        assert reply.status == 400
        assert house.catalog.buckets[BucketName("photos")].purpose == ""


class TestScopes:
    async def test_a_key_reaches_its_place_and_no_name_that_is_like_it(self, house: House) -> None:
        await house.catalog.create_bucket(values.bucket(house.alice.user, "photos2"))
        await ask(house, "PUT", "/photos/cards/a", body=b"hello")
        key = await colleague(house, Role.SERVICE, Grant(places=frozenset({Place(BucketName("photos"), "cards/")})))
        assert (await ask_as(key, house, "GET", "/photos/cards/a")).body == b"hello"
        assert (await ask_as(key, house, "PUT", "/photos/cards/b", b"x")).status == 200
        for method, target in (
            ("GET", "/photos/cards"),
            ("PUT", "/photos/cards-private/a"),
            ("PUT", "/photos2/cards/a"),
            ("GET", "/photos?list-type=2"),
            ("GET", "/photos?list-type=2&prefix=car"),
            ("GET", "/"),
            ("PUT", "/new-bucket"),
        ):
            assert (await ask_as(key, house, method, target)).status == 403, target
        assert (await ask_as(key, house, "GET", "/photos?list-type=2&prefix=cards/")).status == 200

    async def test_a_key_for_reading_writes_nothing(self, house: House, place: str) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        key = await colleague(house, Role.ADMIN, Grant(actions=actions_of(Access.READ)))
        assert (await ask_as(key, house, "GET", f"{place}/a")).body == b"hello"
        assert (await ask_as(key, house, "PUT", f"{place}/b", b"x")).status == 403
        assert (await ask_as(key, house, "DELETE", f"{place}/a")).status == 403
        assert house.keys == ["a"]

    async def test_a_source_that_a_key_does_not_reach_is_not_copied(self, house: House) -> None:
        await ask(house, "PUT", "/photos/a", body=b"hello")
        key = await colleague(house, Role.SERVICE, Grant(places=frozenset({Place(BucketName("of-service"))})))
        reply = await ask_as(key, house, "PUT", "/of-service/a", b"", ("x-amz-copy-source", "/photos/a"))
        assert reply.status == 403


class TestOwnership:
    async def test_a_user_changes_only_what_is_its_own(self, house: House) -> None:
        await ask(house, "PUT", "/photos/hers", body=b"hello")
        bob = await colleague(house, Role.USER)
        assert (await ask_as(bob, house, "GET", "/photos/hers")).body == b"hello"
        assert (await ask_as(bob, house, "PUT", "/photos/his", b"x")).status == 200
        for method, target in (
            ("PUT", "/photos/hers"),
            ("DELETE", "/photos/hers"),
            ("DELETE", "/v1/objects/photos/hers?permanent=true"),
            ("POST", "/v1/objects/photos/hers?move-to=photos/taken"),
        ):
            assert (await ask_as(bob, house, method, target)).status == 403, target
        assert sorted(house.keys) == ["hers", "his"]
        assert (await ask_as(bob, house, "DELETE", "/photos/his")).status == 204

    async def test_of_many_deletions_those_of_others_are_refused_one_by_one(self, house: House) -> None:
        bob = await colleague(house, Role.USER)
        await ask(house, "PUT", "/photos/hers", body=b"hello")
        await ask_as(bob, house, "PUT", "/photos/his", b"x")
        document = b"<Delete><Object><Key>hers</Key></Object><Object><Key>his</Key></Object></Delete>"
        reply = await ask_as(
            bob,
            house,
            "POST",
            "/photos?delete",
            document,
            ("Content-MD5", base64.b64encode(hashlib.md5(document).digest()).decode()),
        )
        assert reply.status == 200
        assert b"<Key>hers</Key><Code>AccessDenied</Code>" in reply.body
        assert house.keys == ["hers"]


class TestExplaining:
    @pytest.mark.parametrize(
        ("query", "ruling", "rule"),
        [
            ("action=put_object&bucket=photos&key=a", "yes", "role"),
            ("action=manage_users", "yes", "role"),
            ("action=get_object&bucket=photos&key=closed/a", "no", "policy:closed"),
        ],
    )
    async def test_it_says_which_rule_decides(self, house: House, query: str, ruling: str, rule: str) -> None:
        closed = {"name": "closed", "effect": "deny", "who": ["role:owner"], "actions": ["get_object"], "prefix": "closed/"}
        await ruled(house, policy=[closed])
        told = json.loads((await ask(house, "GET", f"/v1/explain?{query}")).body)
        assert (told["ruling"], told["rule"]) == (ruling, rule)

    async def test_a_bucket_of_others_explains_nothing(self, house: House) -> None:
        bob = await house.tenant("210987654321", "theirs")
        replies = [
            await ask_as(bob, house, "GET", f"/v1/explain?action=get_object&bucket={name}&key=a") for name in ("photos", "none")
        ]
        assert [reply.status for reply in replies] == [404, 404]

    async def test_a_scope_and_a_users_own_are_told(self, house: House) -> None:
        bob = await colleague(house, Role.USER, Grant(actions=actions_of(Access.READ, Access.WRITE)))
        for action, ruling, rule in (("delete_object", "no", "scope"), ("put_object", "if_own", "ownership")):
            told = json.loads((await ask_as(bob, house, "GET", f"/v1/explain?action={action}&bucket=photos&key=a")).body)
            assert (told["ruling"], told["rule"]) == (ruling, rule)

    @pytest.mark.parametrize("query", ["", "action=fly", "action=get_object&key=a", "action=get_object&bucket=No"])
    async def test_what_is_not_asked_properly_is_refused(self, house: House, query: str) -> None:
        assert (await ask(house, "GET", f"/v1/explain?{query}")).status == 400
