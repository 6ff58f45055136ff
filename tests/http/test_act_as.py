"""Services that work for users: what is done is the user's, and nobody may more than both."""

from dataclasses import replace
from uuid import uuid4

import pytest

from buckets.model.account import Role, Status, User
from buckets.model.action import Access
from buckets.model.grant import EVERYTHING, Grant, actions_of
from buckets.names import ObjectKey
from tests.factories import values
from tests.http.house import House, Tenant
from tests.http.test_presigned import presign, use
from tests.http.wire import Reply, connected, request, sign

PLACES = ["/photos/k", "/v1/objects/photos/k"]
ACTING = Grant(acts_as=True)


async def service(house: House, grant: Grant = ACTING, role: Role = Role.SERVICE) -> Tenant:
    """Somebody of the first tenant's account whose keys reach so far."""
    there = await house.tenant("123456789012", f"of-{role}", role)
    keys, pairs = house.catalog.api_keys, house.catalog.key_pairs
    keys |= {each: replace(key, grant=grant) for each, key in keys.items() if key.owner == there.user.id}
    pairs |= {each: replace(pair, grant=grant) for each, pair in pairs.items() if pair.owner == there.user.id}
    return there


def person(house: House, role: Role = Role.USER, account: str = "123456789012", status: Status = Status.ACTIVE) -> User:
    user = replace(values.user(account, role), status=status)
    house.catalog.users[user.id] = user
    return user


async def ask_for(user: object, who: Tenant, house: House, method: str, target: str, body: bytes = b"") -> Reply:
    async with connected(house) as wire:
        said = [("Authorization", f"Bearer {who.token}"), ("Seawall-User", str(user))]
        await wire.send(request(method, target, said, body))
        return await wire.reply(to=method)


@pytest.mark.parametrize("target", PLACES)
async def test_what_is_made_is_the_users_and_the_audit_knows_both(house: House, target: str) -> None:
    there, bob = await service(house), person(house)
    assert (await ask_for(bob.id, there, house, "PUT", target, b"hello")).status in (200, 201)
    head = house.head("k")
    assert head is not None
    assert head.owner == bob.id
    assert house.catalog.usage[bob.account, bob.id].stored_bytes == 5
    line = house.catalog.audit[-1]
    assert (line.doer.actor, line.doer.on_behalf_of) == (there.user.id, bob.id)


async def test_it_may_what_both_may(house: House) -> None:
    there = await service(house)
    bob, reader = person(house), person(house, Role.READ_ONLY)
    await ask_for(house.alice.user.id, there, house, "PUT", "/photos/hers", b"x")
    assert house.head("hers") is not None
    assert (await ask_for(bob.id, there, house, "DELETE", "/photos/hers")).status == 403
    assert (await ask_for(reader.id, there, house, "PUT", "/photos/k", b"x")).status == 403
    assert (await ask_for(house.alice.user.id, there, house, "DELETE", "/photos")).status == 403, "a service governs nothing"


async def test_its_scope_holds_for_whomever_it_works(house: House) -> None:
    there = await service(house, Grant(acts_as=True, actions=actions_of(Access.READ)))
    assert (await ask_for(house.alice.user.id, there, house, "PUT", "/photos/k", b"x")).status == 403
    assert not house.keys


async def test_a_key_without_the_right_works_for_nobody_else(house: House) -> None:
    there, bob = await service(house, EVERYTHING, Role.ADMIN), person(house)
    for user in (bob.id, there.user.id):
        assert (await ask_for(user, there, house, "PUT", "/photos/k", b"x")).status == 403
    assert not house.keys


async def test_who_cannot_be_worked_for_answers_like_who_is_not_there(house: House) -> None:
    there = await service(house)
    others = [person(house, account="210987654321"), person(house, status=Status.SUSPENDED), person(house, status=Status.DELETED)]
    replies = [await ask_for(user, there, house, "PUT", "/photos/k", b"x") for user in (uuid4(), *(other.id for other in others))]
    assert {reply.status for reply in replies} == {403}
    assert len({reply.body.partition(b"<Message>")[2].partition(b"</Message>")[0] for reply in replies}) == 1
    assert not house.keys


@pytest.mark.parametrize("name", ["", "bob", "{00000000-0000-7000-8000-000000000001}", "0" * 32])
@pytest.mark.parametrize("target", PLACES)
async def test_a_name_that_is_none_is_refused(house: House, target: str, name: str) -> None:
    assert (await ask_for(name, await service(house), house, "PUT", target, b"x")).status == 400


class TestSigned:
    async def test_a_signed_header_is_believed_and_an_unsigned_one_refused(self, house: House) -> None:
        there, bob = await service(house), person(house)
        named = ("Seawall-User", str(bob.id))
        for signed, status in ((True, 200), (False, 403)):
            headers = sign(there.pair, "PUT", "/photos/k", house.port, headers=[named] if signed else [], body=b"hello")
            async with connected(house) as wire:
                await wire.send(request("PUT", "/photos/k", headers if signed else [*headers, named], b"hello"))
                assert (await wire.reply(to="PUT")).status == status
        head = house.catalog.head((house.alice.bucket.id, ObjectKey("k")))
        assert head is not None
        assert head.owner == bob.id

    @pytest.mark.parametrize("target", PLACES)
    async def test_a_presigned_request_names_its_user_in_the_query(self, house: House, target: str) -> None:
        house.alice, bob = await service(house), person(house)
        link = presign(house, "PUT", f"{target}?Seawall-User={bob.id}")
        bucket = await house.catalog.find_bucket(values.bucket(bob, "photos").name)
        assert (await use(house, "PUT", link, body=b"hello")).status in (200, 201)
        assert bucket is not None
        head = house.catalog.head((bucket.id, ObjectKey("k")))
        assert head is not None
        assert head.owner == bob.id

    @pytest.mark.parametrize("target", PLACES)
    async def test_whoever_holds_a_link_names_nobody_else(self, house: House, target: str) -> None:
        house.alice, bob = await service(house), person(house)
        plain, his = presign(house, "PUT", target), presign(house, "PUT", f"{target}?Seawall-User={bob.id}")
        named = ("Seawall-User", str(house.alice.user.id))
        signed = presign(house, "PUT", target, headers=[named])
        assert (await use(house, "PUT", plain, headers=[named], body=b"x")).status in (400, 403)
        assert (await use(house, "PUT", signed, headers=[named], body=b"x")).status == 400
        assert (await use(house, "PUT", f"{plain}&Seawall-User={bob.id}", body=b"x")).status in (401, 403)
        assert (await use(house, "PUT", his.replace(str(bob.id), named[1]), body=b"x")).status in (401, 403)
        assert (await use(house, "PUT", f"{his}&Seawall-User={bob.id}", body=b"x")).status == 400
        assert not house.keys

    async def test_a_query_that_is_not_signed_names_nobody(self, house: House) -> None:
        there, bob = await service(house), person(house)
        async with connected(house) as wire:
            said = [("Authorization", f"Bearer {there.token}")]
            await wire.send(request("PUT", f"/photos/k?Seawall-User={bob.id}", said, b"x"))
            assert (await wire.reply(to="PUT")).status == 501
        assert not house.keys
