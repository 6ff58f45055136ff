"""Users over the JSON API."""

from collections.abc import Iterator
from typing import Any

import pytest

from buckets.memory.catalog import MemoryCatalog
from buckets.model.account import Identity, Role, Status, User
from buckets.model.commit import Origin
from buckets.names import UserId
from tests.factories import values
from tests.http.house import House, Tenant
from tests.http.rest.talk import at, look, pages, problem, put, say, says, speaking_as
from tests.http.wire import Reply, ask

USERS = "/v1/users"
FULL: dict[str, Any] = {
    "name": "Zoë «round»",
    "email": "Zoe@Example.org",
    "role": "admin",
    "preferences": {"theme": "dark", "columns": [1, 2.5, None, True, {"deep": {}}]},
    "identities": [{"issuer": "https://a.example", "subject": "1"}, {"issuer": "https://b.example", "subject": "1"}],
}
PLAIN: dict[str, Any] = {
    "account": "123456789012",
    "name": "Ann",
    "email": None,
    "role": "user",
    "status": "active",
    "tier": "unlimited",
    "preferences": {},
    "identities": [],
    "revision": 1,
}


def of(user: User | Any) -> str:
    return f"{USERS}/{user.id if isinstance(user, User) else user['id']}"


async def make(house: House, document: Any, by: Tenant | None = None) -> Reply:
    return await say(house, "POST", USERS, document, by=by)


async def made(house: House, **words: Any) -> Any:
    reply = await make(house, {"name": "Ann", **words})
    assert reply.status == 201, reply
    return says(reply)


async def change(house: House, user: Any, document: Any, *headers: tuple[str, str], by: Tenant | None = None) -> Reply:
    return await say(house, "PATCH", of(user), document, *headers, by=by)


async def delete(house: House, user: Any, by: Tenant | None = None) -> Reply:
    with speaking_as(house, by or house.alice):
        return await ask(house, "DELETE", of(user))


def known(house: House, user: Any) -> User:
    return next(each for each in house.catalog.users.values() if str(each.id) == str(user["id"]))


class TestMaking:
    async def test_a_user_that_was_told_nothing_but_its_name_is_plain(self, house: House) -> None:
        reply = await make(house, {"name": "Ann"})
        told = says(reply)
        url = f"https://files.example.org/v1/users/{told['id']}"
        assert told == {"id": told["id"], **PLAIN, "url": url}
        assert (reply.status, reply.headers["location"], reply.headers["etag"]) == (201, url, '"1"')
        assert known(house, told) == User(id=known(house, told).id, account=house.alice.user.account, name="Ann", role=Role.USER)

    async def test_a_user_is_made_as_it_is_told_to_be(self, house: House) -> None:
        told = await made(house, **FULL)
        assert {name: told[name] for name in FULL} == FULL
        user = known(house, told)
        assert (user.role, user.email, user.preferences) == (Role.ADMIN, "Zoe@Example.org", FULL["preferences"])
        assert user.identities == {Identity("https://a.example", "1"), Identity("https://b.example", "1")}

    @pytest.mark.parametrize("role", [*Role])
    async def test_owners_make_users_of_every_role(self, role: Role, house: House) -> None:
        assert (await made(house, role=role))["role"] == role

    async def test_admins_make_all_but_owners(self, house: House) -> None:
        admin = await house.member(Role.ADMIN)
        for role in Role:
            reply = await make(house, {"name": "Ann", "role": role}, by=admin)
            assert reply.status == (403 if role is Role.OWNER else 201)

    @pytest.mark.parametrize("role", [Role.SERVICE, Role.USER, Role.READ_ONLY])
    async def test_others_make_nobody_and_see_nobody(self, role: Role, house: House) -> None:
        member = await house.member(role)
        before = dict(house.catalog.users)
        for reply in (
            await make(house, {"name": "Ann"}, by=member),
            await look(house, USERS, by=member),
            await look(house, of(member.user), by=member),
            await look(house, of(values.user()), by=member),
            await change(house, says(await look(house, "/v1/me", by=member)), {"name": "x"}, by=member),
            await delete(house, {"id": house.alice.user.id}, by=member),
        ):
            assert problem(reply) == (403, "not-permitted")
        assert house.catalog.users == before

    async def test_an_address_is_one_user_s_however_it_is_written(self, house: House) -> None:
        await made(house, email="ann@example.org")
        bob = await made(house)
        assert problem(await make(house, {"name": "Ann", "email": "ANN@Example.org"})) == (409, "email-taken")
        assert problem(await change(house, bob, {"email": "Ann@example.org"})) == (409, "email-taken")

    async def test_an_identity_is_one_user_s_in_all_accounts(self, house: House) -> None:
        stranger = await house.tenant("210987654321", "theirs")
        await made(house, identities=FULL["identities"])
        reply = await make(house, {"name": "Ann", "identities": FULL["identities"]}, by=stranger)
        assert problem(reply) == (409, "identity-taken")

    async def test_conditions_and_keys_are_not_passed_over(self, house: House) -> None:
        for header in (("If-None-Match", "*"), ("Idempotency-Key", "once")):
            assert problem(await say(house, "POST", USERS, {"name": "Ann"}, header)) == (501, "not-implemented")
        assert len(house.catalog.users) == 1


def broken() -> Iterator[tuple[Any, str]]:
    wrong: dict[str, tuple[Any, ...]] = {
        "name": ("", "x" * 201, None, 5, ["Ann"]),
        "email": (5, "x" * 255, []),
        "role": ("king", "", None, 1, "Owner"),
        "preferences": ([], "dark", 5, {"a": "x" * 4096}, {"a": [1e300]}, {"a": 1 << 63}, {"a": {"b": -(1 << 62)}}),
        "identities": (
            {},
            "i",
            [{"issuer": "i"}],
            [{"issuer": "", "subject": "s"}],
            [{"issuer": "i", "subject": "s\n"}],
            [{"issuer": "i", "subject": "é"}],
            [{"issuer": "i", "subject": "s" * 256}],
            [{"issuer": "i", "subject": "s", "account": "123456789012"}],
            [{"issuer": "i", "subject": f"{number}"} for number in range(21)],
        ),
        # nobody sets what is not for setting
        "id": ("00000000-0000-7000-8000-000000000001",),
        "account": ("210987654321",),
        "tier": ("unlimited",),
        "revision": (5,),
        "password_hash": ("x",),
        "password": ("x",),
        "operates": (True,),
        "url": ("x",),
    }
    yield from (({member: value}, "invalid-value") for member, values in wrong.items() for value in values)
    addresses = ("", "ann", "@", "a@", "@b", "a b@c", "a@b c", "a@b@c", "a@b\n", "\u00e4@b", "a@\u212a", "a\u0130@b")
    yield from (({"email": address}, "invalid-name") for address in addresses)


class TestDocuments:
    @pytest.mark.parametrize(("words", "slug"), [*broken()])
    async def test_what_is_no_user_is_refused(self, words: Any, slug: str, house: House) -> None:
        before = dict(house.catalog.users)
        assert problem(await make(house, {"name": "Ann", **words})) == (400, slug)
        assert problem(await change(house, {"id": house.alice.user.id}, words)) == (400, slug)
        assert house.catalog.users == before

    @pytest.mark.parametrize("document", [{}, [], None, "Ann", {"status": "active"}, {"name": "Ann", "status": "active"}])
    async def test_a_user_is_made_active_and_has_a_name(self, document: Any, house: House) -> None:
        assert problem(await make(house, document)) == (400, "invalid-value")

    @pytest.mark.parametrize("status", ["deleted", "gone", "", None, 5])
    async def test_no_change_deletes(self, status: Any, house: House) -> None:
        ann = await made(house)
        assert problem(await change(house, ann, {"status": status})) == (400, "invalid-value")


class TestReading:
    async def test_a_user_is_read_as_it_was_made(self, house: House) -> None:
        told = await made(house, **FULL)
        reply = await look(house, of(told))
        assert (reply.status, says(reply), reply.headers["etag"]) == (200, told, '"1"')
        assert (await look(house, of(told), ("If-None-Match", '"1"'))).status == 304
        assert (await look(house, of(told), ("If-None-Match", '"2"'))).status == 200

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    async def test_who_is_of_another_account_answers_like_nobody(self, method: str, house: House) -> None:
        stranger = await house.tenant("210987654321", "theirs")
        before = dict(house.catalog.users)
        refusals = []
        for user in (stranger.user, values.user()):
            reply = await say(house, method, of(user), {"name": "mine"})
            refusals.append(reply.body.replace(str(user.id).encode(), b"").partition(b'"request_id"')[0])
            assert problem(reply) == (404, "no-such-user")
        assert refusals[0] == refusals[1]
        assert house.catalog.users == before

    @pytest.mark.parametrize("id_", ["x", "me", "%00", "00000000-0000-7000-8000-00000000000A", "1"])
    async def test_what_is_no_id_is_refused(self, id_: str, house: House) -> None:
        assert problem(await look(house, f"{USERS}/{id_}")) == (400, "invalid-value")

    async def test_lists_are_in_the_order_in_which_users_were_made(self, house: House) -> None:
        await house.tenant("210987654321", "theirs")
        first = says(await look(house, "/v1/me"))
        users = [first, *[await made(house, name=f"{number}") for number in range(4)]]
        for limit in (1, 2, 5, 1000):
            told = await pages(house, f"{USERS}?limit={limit}")
            assert [user for page in told for user in page["users"]] == users
            assert len(told) == -(-5 // limit)

    async def test_lists_are_narrowed(self, house: House) -> None:
        ann = await made(house, role="admin", email="Ann+1@example.org")
        bob, eve = await made(house), await made(house)
        await change(house, bob, {"status": "suspended"})
        await delete(house, eve)

        async def ids(query: str) -> list[str]:
            return [user["id"] for page in await pages(house, f"{USERS}?{query}&limit=1") for user in page["users"]]

        alice = str(house.alice.user.id)
        assert await ids("role=admin") == await ids("email=aNN%2B1@example.ORG") == [ann["id"]]
        assert await ids("status=suspended") == await ids("status=suspended&role=user") == [bob["id"]]
        assert await ids("status=deleted") == [eve["id"]]
        assert await ids("status=active") == [alice, ann["id"]]
        assert await ids("role=service") == await ids("email=nobody@example.org") == []

    @pytest.mark.parametrize("query", ["role=king", "role=", "status=gone", "email=ann", "email=", "limit=0", "cursor=x"])
    async def test_what_cannot_be_asked_for_is_refused(self, query: str, house: House) -> None:
        assert (await look(house, f"{USERS}?{query}")).status == 400

    async def test_a_cursor_is_good_for_its_own_list_only(self, house: House) -> None:
        await made(house)
        stranger = await house.tenant("210987654321", "theirs")
        cursor = says(await look(house, f"{USERS}?limit=1"))["next_cursor"]
        assert (await look(house, f"{USERS}?limit=1&cursor={cursor}")).status == 200
        assert problem(await look(house, f"{USERS}?role=user&cursor={cursor}")) == (400, "invalid-value")
        assert problem(await look(house, f"{USERS}?cursor={cursor}", by=stranger)) == (400, "invalid-value")


class TestChanging:
    async def test_what_is_not_named_stays(self, house: House) -> None:
        told = await made(house, **FULL)
        reply = await change(house, told, {"name": "other"})
        assert (reply.status, reply.headers["etag"]) == (200, '"2"')
        assert says(reply) == {**told, "name": "other", "revision": 2} == says(await look(house, of(told)))

    async def test_everything_can_be_said_otherwise(self, house: House) -> None:
        told = await made(house, **FULL)
        words = {
            "name": "Bob",
            "email": "bob@example.org",
            "role": "read-only",
            "status": "suspended",
            "identities": [{"issuer": "https://c.example", "subject": "2"}],
        }
        assert says(await change(house, told, words)) == {**told, **words, "revision": 2}

    async def test_null_takes_away(self, house: House) -> None:
        told = await made(house, **FULL)
        changed = says(await change(house, told, {"email": None, "preferences": None, "identities": None}))
        assert (changed["email"], changed["preferences"], changed["identities"]) == (None, {}, [])

    async def test_preferences_are_merged(self, house: House) -> None:
        told = await made(house, preferences={"theme": "dark", "view": {"size": 1, "sort": "name"}})
        changed = says(await change(house, told, {"preferences": {"theme": None, "view": {"size": 2}, "new": [None]}}))
        assert changed["preferences"] == {"view": {"size": 2, "sort": "name"}, "new": [None]}

    async def test_preferences_do_not_outgrow_their_room_little_by_little(self, house: House) -> None:
        told = await made(house, preferences={"a": "x" * 2500})
        assert problem(await change(house, told, {"preferences": {"b": "x" * 2500}})) == (400, "invalid-value")

    async def test_a_change_wins_only_from_what_the_caller_knows(self, house: House) -> None:
        ann = await made(house)
        assert (await change(house, ann, {"name": "1"}, ("If-Match", '"1"'))).status == 200
        assert problem(await change(house, ann, {"name": "2"}, ("If-Match", '"1"'))) == (412, "precondition-failed")
        assert (await change(house, ann, {"name": "3"}, ("If-Match", '"2"'))).status == 200
        assert (await change(house, ann, {"name": "4"}, ("If-Match", "*"))).status == 200
        assert known(house, ann).revision == 4

    async def test_somebody_who_was_faster_is_not_undone(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        ann = await made(house)
        plain = MemoryCatalog.change_user

        async def overtaken(catalog: MemoryCatalog, user: User, *, origin: Origin) -> User:
            monkeypatch.setattr(MemoryCatalog, "change_user", plain)
            await change(house, ann, {"role": "admin"})
            return await catalog.change_user(user, origin=origin)

        monkeypatch.setattr(MemoryCatalog, "change_user", overtaken)
        assert problem(await change(house, ann, {"name": "late"})) == (409, "overtaken")
        assert (known(house, ann).role, known(house, ann).name) == (Role.ADMIN, "Ann")

    async def test_nobody_changes_its_own_role_or_status(self, house: House) -> None:
        await house.member(Role.OWNER)
        for words in ({"role": "user"}, {"status": "suspended"}):
            assert problem(await change(house, {"id": house.alice.user.id}, words)) == (403, "not-permitted")
        assert problem(await delete(house, {"id": house.alice.user.id})) == (403, "not-permitted")
        assert known(house, {"id": house.alice.user.id}) == house.alice.user

    async def test_an_admin_neither_makes_nor_changes_nor_deletes_owners(self, house: House) -> None:
        admin, ann = await house.member(Role.ADMIN), await made(house)
        owner = {"id": house.alice.user.id}
        for reply in (
            await change(house, ann, {"role": "owner"}, by=admin),
            await change(house, owner, {"name": "x"}, by=admin),
            await change(house, owner, {"role": "user"}, by=admin),
            await change(house, {"id": admin.user.id}, {"role": "owner"}, by=admin),
            await delete(house, owner, by=admin),
        ):
            assert problem(reply) == (403, "not-permitted")
        assert (await change(house, ann, {"role": "admin"}, by=admin)).status == 200
        assert (await change(house, {"id": admin.user.id}, {"email": "admin@example.org"}, by=admin)).status == 200

    async def test_the_last_owner_is_not_deposed_by_one_who_is_suspended_meanwhile(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = await house.member(Role.OWNER)
        plain = MemoryCatalog.change_user

        async def raced(catalog: MemoryCatalog, user: User, *, origin: Origin) -> User:
            monkeypatch.setattr(MemoryCatalog, "change_user", plain)
            assert (await change(house, {"id": house.alice.user.id}, {"role": "user"}, by=other)).status == 200
            return await catalog.change_user(user, origin=origin)

        monkeypatch.setattr(MemoryCatalog, "change_user", raced)
        assert problem(await change(house, {"id": other.user.id}, {"role": "user"})) == (409, "last-owner")
        assert known(house, {"id": other.user.id}).role is Role.OWNER

    async def test_who_is_suspended_is_turned_away_until_it_is_active_again(self, house: House) -> None:
        member = await house.member(Role.USER)
        assert (await look(house, "/v1/me", by=member)).status == 200
        await change(house, {"id": member.user.id}, {"status": "suspended"})
        assert problem(await look(house, "/v1/me", by=member)) == (401, "unauthenticated")
        await change(house, {"id": member.user.id}, {"status": "active"})
        assert (await look(house, "/v1/me", by=member)).status == 200

    async def test_a_role_counts_from_the_next_request_on(self, house: House) -> None:
        member = await house.member(Role.ADMIN)
        assert (await look(house, USERS, by=member)).status == 200
        await change(house, {"id": member.user.id}, {"role": "user"})
        assert problem(await look(house, USERS, by=member)) == (403, "not-permitted")


class TestDeleting:
    async def test_who_is_deleted_is_turned_away_and_stays_on_record(self, house: House) -> None:
        member = await house.member(Role.USER, email="ann@example.org")
        ann = {"id": member.user.id}
        reply = await delete(house, ann)
        assert (reply.status, reply.body) == (204, b"")
        assert problem(await look(house, "/v1/me", by=member)) == (401, "unauthenticated")
        told = says(await look(house, of(ann)))
        assert (told["status"], told["email"], told["revision"]) == ("deleted", "ann@example.org", 2)
        assert problem(await delete(house, ann)) == (404, "no-such-user")
        assert problem(await change(house, ann, {"status": "active"})) == (404, "no-such-user")
        assert str(member.user.id) not in [user["id"] for user in says(await look(house, USERS))["users"]]
        await made(house, email="ANN@example.org")

    async def test_who_owns_an_object_is_not_deleted(self, house: House) -> None:
        member = await house.member(Role.USER)
        with speaking_as(house, member):
            await put(house, "a")
        assert problem(await delete(house, {"id": member.user.id})) == (409, "user-owns-objects")
        assert known(house, {"id": member.user.id}).status is Status.ACTIVE
        await ask(house, "DELETE", at("a"))
        assert (await delete(house, {"id": member.user.id})).status == 204

    async def test_who_owns_a_bucket_is_not_deleted(self, house: House) -> None:
        member = await house.member(Role.ADMIN)
        assert (await say(house, "POST", "/v1/buckets", {"name": "cards"}, by=member)).status == 201
        assert problem(await delete(house, {"id": member.user.id})) == (409, "user-owns-objects")
        await ask(house, "DELETE", "/v1/buckets/cards")
        assert (await delete(house, {"id": member.user.id})).status == 204

    async def test_conditions_and_what_is_unknown_are_not_passed_over(self, house: House) -> None:
        member = await house.member(Role.USER)
        for query, header in (("", ("If-Match", '"1"')), ("?force=true", ("Accept", "*/*"))):
            assert problem(await ask(house, "DELETE", of(member.user) + query, headers=[header])) == (501, "not-implemented")
        assert known(house, {"id": member.user.id}).status is Status.ACTIVE


async def test_what_is_done_to_users_is_on_record_with_who_did_it(house: House) -> None:
    before = len(house.catalog.audit)
    ann = await made(house)
    await change(house, ann, {"name": "other"})
    await change(house, ann, {"role": "king"})
    await delete(house, ann)
    lines = house.catalog.audit[before:]
    assert [line.deed.action for line in lines] == ["create_user", "change_user", "delete_user"]
    assert {line.deed.subject for line in lines} == {f"user:{ann['id']}"}
    assert {line.doer.actor for line in lines} == {house.alice.user.id}
    assert all(line.doer.request_id and line.doer.address for line in lines)


async def test_ids_are_never_given_again(house: House) -> None:
    ann = await made(house)
    await delete(house, ann)
    assert (await made(house))["id"] != ann["id"]
    assert UserId(known(house, ann).id) in house.catalog.users
