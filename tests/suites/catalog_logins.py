"""What every catalog promises about how people sign in."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from buckets.errors import NoSuchResource
from buckets.model.account import Caller, Identity, Role, Status, User
from buckets.model.commit import Origin
from buckets.model.login import Login, PasswordHolder
from buckets.names import AccountId, LoginId, UserId
from tests.factories import values
from tests.fixtures.evidence import Deed
from tests.fixtures.people import People
from tests.suites.catalog_stage import Stage, Staged

ELSEWHERE = Identity("https://login.example.org/", "user|4711")


class IdentitySuite(Staged):
    """Users as somebody else calls them. A subclass also supplies the fixture `people`."""

    @pytest.fixture
    async def known(self, at: Stage, people: People) -> User:
        user = replace(values.user(role=Role.USER), tier="gold", identities=frozenset({ELSEWHERE, Identity("b", "c")}))
        await people.make(user)
        return user

    async def test_a_user_is_found_by_what_it_is_called_elsewhere(self, at: Stage, known: User) -> None:
        caller = Caller(account=known.account, user=known.id, role=Role.USER, credential=None, tier="gold")
        for identity in known.identities:
            assert await at.catalog.find_caller_by_identity(identity) == caller

    @pytest.mark.parametrize(
        "other",
        [
            Identity("https://login.example.org", "user|4711"),
            Identity("https://login.example.org/", "user|4712"),
            Identity("https://login.example.org/", "USER|4711"),
            Identity("https://login.example.org/", "c"),
            Identity("b", "user|4711"),
            Identity("", ""),
        ],
    )
    async def test_nobody_is_found_by_half_of_it_or_by_what_looks_like_it(self, at: Stage, known: User, other: Identity) -> None:
        assert await at.catalog.find_caller_by_identity(other) is None

    async def test_many_are_found_at_once(self, at: Stage, known: User) -> None:
        identities = [ELSEWHERE, Identity("b", "c"), Identity("b", "d")] * 20
        found = await asyncio.gather(*map(at.catalog.find_caller_by_identity, identities))
        assert [caller is not None for caller in found] == [True, True, False] * 20

    async def test_what_a_user_may_do_is_known_with_the_next_question(self, at: Stage, people: People, known: User) -> None:
        await people.change(replace(known, role=Role.READ_ONLY, tier="bronze"))
        caller = await at.catalog.find_caller_by_identity(ELSEWHERE)
        assert caller
        assert (caller.role, caller.tier) == (Role.READ_ONLY, "bronze")

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_who_may_do_nothing_is_not_found(self, at: Stage, people: People, known: User, status: Status) -> None:
        await people.change(replace(known, status=status))
        assert await at.catalog.find_caller_by_identity(ELSEWHERE) is None

    async def test_neither_is_anybody_in_an_account_that_may_do_nothing(self, at: Stage, people: People, known: User) -> None:
        await people.suspend(values.account())
        assert await at.catalog.find_caller_by_identity(ELSEWHERE) is None


HASH, OTHER_HASH = "$argon2id$v=19$m=8,t=1,p=1$one", "$argon2id$v=19$m=8,t=1,p=1$two"
EMAIL = "Ada@Example.org"


class PasswordSuite(Staged):
    """Users who have a password."""

    @pytest.fixture
    async def ada(self, at: Stage, people: People) -> User:
        user = replace(values.user(role=Role.ADMIN), email=EMAIL, tier="gold")
        await people.make(user, HASH)
        return user

    @pytest.mark.parametrize("email", [EMAIL, "ada@example.org", "ADA@EXAMPLE.ORG"])
    async def test_a_user_is_found_by_its_address_however_it_is_written(self, at: Stage, ada: User, email: str) -> None:
        holder = PasswordHolder(
            user=ada.id, account=ada.account, role=Role.ADMIN, email=EMAIL, password_hash=HASH, revision=1, tier="gold"
        )
        assert await at.catalog.find_password_by_email(email, None) == holder
        assert await at.catalog.find_password_by_email(email, ada.account) == holder
        assert await at.catalog.find_password(ada.id) == holder

    @pytest.mark.parametrize("email", ["ada@example.com", "", "ada", "%", "_da@example.org", "ada@example.org "])
    async def test_nobody_is_found_by_another(self, at: Stage, ada: User, email: str) -> None:
        assert await at.catalog.find_password_by_email(email, None) is None
        assert await at.catalog.find_password_by_email(EMAIL, AccountId("999999999999")) is None
        assert await at.catalog.find_password(at.owner.id) is None

    async def test_an_address_in_two_accounts_is_told_apart_by_the_account(self, at: Stage, people: People, ada: User) -> None:
        other = values.user("998877665544")
        await at.catalog.create_account(values.account(other.account), other)
        twin = replace(values.user(other.account), email=EMAIL.lower())
        await people.make(twin, OTHER_HASH)
        assert await at.catalog.find_password_by_email(EMAIL, None) is None
        for user in (ada, twin):
            found = await at.catalog.find_password_by_email(EMAIL, user.account)
            assert found
            assert found.user == user.id

    async def test_who_has_no_password_stands_in_nobody_s_way(self, at: Stage, people: People, ada: User) -> None:
        other = values.user("998877665544")
        await at.catalog.create_account(values.account(other.account), other)
        await people.make(replace(values.user(other.account), email=EMAIL))
        found = await at.catalog.find_password_by_email(EMAIL, None)
        assert found
        assert found.user == ada.id

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_who_may_do_nothing_has_none(self, at: Stage, people: People, ada: User, status: Status) -> None:
        await people.change(replace(ada, status=status))
        assert await at.catalog.find_password_by_email(EMAIL, None) is None
        assert await at.catalog.find_password(ada.id) is None

    async def test_neither_has_anybody_in_an_account_that_may_do_nothing(self, at: Stage, people: People, ada: User) -> None:
        await people.suspend(values.account())
        assert await at.catalog.find_password_by_email(EMAIL, None) is None
        assert await at.catalog.find_password(ada.id) is None

    async def test_another_password_takes_the_place_of_the_first_and_is_on_record(self, at: Stage, ada: User) -> None:
        await at.catalog.set_password(ada.id, OTHER_HASH, origin=replace(values.origin(ada), action="set_password"))
        found = await at.catalog.find_password(ada.id)
        assert found
        assert (found.password_hash, found.revision) == (OTHER_HASH, 2)
        assert (await at.evidence.deeds())[-1] == Deed("set_password", f"user:{ada.id}", ada.id)

    async def test_who_is_not_there_gets_none(self, at: Stage, people: People, ada: User) -> None:
        await people.change(replace(ada, status=Status.DELETED))
        for user in (ada.id, UserId(values.IDS.uuid7())):
            with pytest.raises(NoSuchResource):
                await at.catalog.set_password(user, OTHER_HASH, origin=None)

    async def test_a_better_hash_of_the_same_password_counts_as_no_change(self, at: Stage, ada: User) -> None:
        holder = await at.catalog.find_password(ada.id)
        assert holder
        await at.catalog.renew_password_hash(holder, OTHER_HASH)
        assert await at.catalog.find_password(ada.id) == replace(holder, password_hash=OTHER_HASH)

    async def test_it_does_not_bring_back_a_password_that_was_changed_meanwhile(self, at: Stage, ada: User) -> None:
        holder = await at.catalog.find_password(ada.id)
        assert holder
        await at.catalog.set_password(ada.id, OTHER_HASH, origin=None)
        await at.catalog.renew_password_hash(holder, HASH + "again")
        found = await at.catalog.find_password(ada.id)
        assert found
        assert found.password_hash == OTHER_HASH


class PersonSuite(Staged):
    """People who are made with a password."""

    async def added(self, at: Stage, email: str, account: str = "123456789012") -> User | None:
        user = replace(values.user(account, Role.ADMIN), email=email)
        return user if await at.catalog.add_person(user, HASH, origin=None) else None

    async def test_a_person_is_made_with_address_and_password_and_is_on_record(self, at: Stage) -> None:
        user = await self.added(at, EMAIL)
        assert user
        found = await at.catalog.find_password_by_email(EMAIL, user.account)
        assert found
        assert (found.user, found.role, found.password_hash, found.revision) == (user.id, Role.ADMIN, HASH, 1)
        assert (await at.evidence.deeds())[-1] == Deed("create_user", f"user:{user.id}", None)

    async def test_an_address_belongs_to_one_user_of_an_account(self, at: Stage) -> None:
        other = values.user("998877665544")
        await at.catalog.create_account(values.account(other.account), other)
        assert await self.added(at, EMAIL)
        before = await at.evidence.deeds()
        assert await self.added(at, EMAIL.upper()) is None
        assert await at.evidence.deeds() == before
        assert await self.added(at, EMAIL, "998877665544")

    async def test_the_address_of_who_was_deleted_is_free(self, at: Stage, people: People) -> None:
        user = await self.added(at, EMAIL)
        assert user
        await people.change(replace(user, status=Status.DELETED))
        assert await self.added(at, EMAIL)

    async def test_a_person_is_found_with_a_password_or_without(self, at: Stage, people: People) -> None:
        user = replace(values.user(), email=EMAIL)
        await people.make(user)
        assert await at.catalog.find_person(EMAIL.upper(), None) == user.id
        assert await at.catalog.find_person(EMAIL, AccountId("999999999999")) is None
        assert await at.catalog.find_person("", None) is None
        await people.change(replace(user, status=Status.SUSPENDED))
        assert await at.catalog.find_person(EMAIL, None) is None

    async def test_an_address_in_two_accounts_needs_the_account(self, at: Stage) -> None:
        other = values.user("998877665544")
        await at.catalog.create_account(values.account(other.account), other)
        users = [await self.added(at, EMAIL), await self.added(at, EMAIL, "998877665544")]
        assert await at.catalog.find_person(EMAIL, None) is None
        for user in users:
            assert user
            assert await at.catalog.find_person(EMAIL, user.account) == user.id


class LoginSuite(Staged):
    """People who signed in."""

    @pytest.fixture
    async def ada(self, at: Stage, people: People) -> User:
        user = replace(values.user(role=Role.ADMIN), email=EMAIL, tier="gold")
        await people.make(user, HASH)
        return user

    async def signed_in(self, at: Stage, user: User, *, revision: int = 1, **words: Any) -> Login:
        login = login_of(user, **words)
        assert await at.catalog.create_login(login, revision=revision, origin=origin_of(login))
        return login

    async def test_who_signed_in_is_found_by_the_hash_of_the_token(self, at: Stage, ada: User) -> None:
        login = await self.signed_in(at, ada, agent="curl/8", address="192.0.2.7")
        assert await at.catalog.find_login(login.token_hash) == login
        assert await at.catalog.find_login(b"x" * 32) is None
        assert await at.catalog.find_login_of(ada.id, login.id) == login
        assert await at.catalog.find_login_of(at.owner.id, login.id) is None
        assert (await at.evidence.deeds())[-1] == Deed("sign_in", f"login:{login.id}", ada.id)

    async def test_what_the_user_may_do_is_known_with_the_next_question(self, at: Stage, people: People, ada: User) -> None:
        login = await self.signed_in(at, ada)
        await people.change(replace(ada, role=Role.READ_ONLY, tier="bronze"))
        found = await at.catalog.find_login(login.token_hash)
        assert found == replace(login, role=Role.READ_ONLY, tier="bronze")

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_who_may_do_nothing_is_not_found(self, at: Stage, people: People, ada: User, status: Status) -> None:
        login = await self.signed_in(at, ada)
        await people.change(replace(ada, status=status))
        assert await at.catalog.find_login(login.token_hash) is None
        assert await at.catalog.page_logins(ada.id, limit=10) == []

    async def test_neither_is_anybody_in_an_account_that_may_do_nothing(self, at: Stage, people: People, ada: User) -> None:
        login = await self.signed_in(at, ada)
        await people.suspend(values.account())
        assert await at.catalog.find_login(login.token_hash) is None

    @pytest.mark.parametrize(("words", "is_found"), [
        ({"ends_in": -1}, False),
        ({"ends_in": 60}, True),
        ({"idle": 60, "seen_ago": 3600}, False),
        ({"idle": 7200, "seen_ago": 3600}, True),
        ({"idle": 7200, "seen_ago": 3600, "ends_in": -1}, False),
    ])  # fmt: skip
    async def test_what_is_over_or_was_left_alone_is_not_found(self, at: Stage, ada: User, words: Any, is_found: bool) -> None:
        login = await self.signed_in(at, ada, **words)
        assert (await at.catalog.find_login(login.token_hash) is not None) is is_found
        assert (await at.catalog.find_login_of(ada.id, login.id) is not None) is is_found
        assert len(await at.catalog.page_logins(ada.id, limit=10)) == is_found
        assert await at.catalog.revoke_login(ada.id, login.id, origin=origin_of(login)) is is_found

    async def test_nobody_signs_in_with_what_was_known_before_a_change(self, at: Stage, people: People, ada: User) -> None:
        await at.catalog.set_password(ada.id, OTHER_HASH, origin=None)
        login = login_of(ada)
        assert not await at.catalog.create_login(login, revision=1, origin=origin_of(login))
        assert await at.catalog.find_login(login.token_hash) is None
        await people.change(replace(ada, status=Status.SUSPENDED))
        assert not await at.catalog.create_login(login, revision=3, origin=origin_of(login))

    @pytest.mark.parametrize("turn", range(4))
    async def test_no_login_outlives_a_password_that_is_changed_at_the_same_time(self, at: Stage, ada: User, turn: int) -> None:
        logins = [login_of(ada) for _ in range(6)]
        work: list[Awaitable[object]] = [at.catalog.create_login(each, revision=1, origin=origin_of(each)) for each in logins]
        work.insert(2 * turn, at.catalog.set_password(ada.id, OTHER_HASH, origin=None))
        await asyncio.gather(*work)
        assert [await at.catalog.find_login(each.token_hash) for each in logins] == [None] * 6

    async def test_another_password_ends_all_logins_but_the_one_that_is_kept(self, at: Stage, ada: User) -> None:
        kept, other = await self.signed_in(at, ada), await self.signed_in(at, ada)
        await at.catalog.set_password(ada.id, OTHER_HASH, origin=None, keeping=kept.id)
        assert await at.catalog.find_login(other.token_hash) is None
        assert await at.catalog.find_login(kept.token_hash) == kept
        await at.catalog.set_password(ada.id, HASH, origin=None)
        assert await at.catalog.find_login(kept.token_hash) is None

    async def test_a_user_s_logins_are_listed_the_youngest_first(self, at: Stage, people: People, ada: User) -> None:
        other = replace(values.user(), email="bob@example.org")
        await people.make(other, HASH)
        logins = [await self.signed_in(at, ada) for _ in range(3)][::-1]
        await self.signed_in(at, other)
        assert await at.catalog.page_logins(ada.id, limit=10) == logins
        assert await at.catalog.page_logins(ada.id, limit=2) == logins[:2]
        assert await at.catalog.page_logins(ada.id, before=logins[1].id, limit=2) == logins[2:]

    async def test_a_login_that_was_revoked_is_over_at_once_and_on_record(self, at: Stage, ada: User) -> None:
        login, other = await self.signed_in(at, ada), await self.signed_in(at, ada)
        assert await at.catalog.revoke_login(ada.id, login.id, origin=replace(origin_of(login), action="sign_out"))
        assert await at.catalog.find_login(login.token_hash) is None
        assert await at.catalog.page_logins(ada.id, limit=10) == [other]
        assert (await at.evidence.deeds())[-1] == Deed("sign_out", f"login:{login.id}", ada.id)
        assert not await at.catalog.revoke_login(ada.id, login.id, origin=origin_of(login))

    async def test_nobody_revokes_the_logins_of_others(self, at: Stage, ada: User) -> None:
        login = await self.signed_in(at, ada)
        before = await at.evidence.deeds()
        assert not await at.catalog.revoke_login(at.owner.id, login.id, origin=origin_of(login))
        assert await at.catalog.find_login(login.token_hash) == login
        assert await at.evidence.deeds() == before

    async def test_a_login_that_is_used_is_not_left_alone(self, at: Stage, ada: User) -> None:
        login = await self.signed_in(at, ada, idle=7200, seen_ago=3600)
        await at.catalog.note_seen([login.id, LoginId(values.IDS.uuid7())])
        found = await at.catalog.find_login(login.token_hash)
        assert found
        assert found.seen_at > login.seen_at + timedelta(minutes=50)
        assert replace(found, seen_at=login.seen_at) == login

    async def test_one_that_is_over_does_not_come_back_by_being_seen(self, at: Stage, ada: User) -> None:
        login = await self.signed_in(at, ada, idle=60, seen_ago=3600)
        revoked = await self.signed_in(at, ada)
        await at.catalog.revoke_login(ada.id, revoked.id, origin=origin_of(revoked))
        await at.catalog.note_seen([login.id, revoked.id])
        assert await at.catalog.find_login(login.token_hash) is None
        assert await at.catalog.find_login(revoked.token_hash) is None

    async def test_what_is_over_is_removed_and_what_is_good_stays(self, at: Stage, ada: User) -> None:
        for words in ({"ends_in": -1}, {"idle": 60, "seen_ago": 3600}, {"ends_in": -9}):
            await self.signed_in(at, ada, **words)
        good = await self.signed_in(at, ada)
        assert [await at.catalog.forget_logins(limit=2) for _ in range(3)] == [2, 1, 0]
        assert await at.catalog.find_login(good.token_hash) == good


def login_of(
    user: User, *, idle: int = 86400, seen_ago: int = 0, ends_in: int = 86400, agent: str = "", address: str = ""
) -> Login:
    now = datetime.now(UTC)
    return Login(
        id=LoginId(values.IDS.uuid7()),
        user=user.id,
        account=user.account,
        role=user.role,
        token_hash=values.IDS.secret(32),
        idle=timedelta(seconds=idle),
        created_at=now - timedelta(days=1),
        seen_at=now - timedelta(seconds=seen_ago),
        expires_at=now + timedelta(seconds=ends_in),
        agent=agent,
        address=address,
        tier=user.tier,
    )


def origin_of(login: Login) -> Origin:
    return Origin(caller=login.caller, request_id="TEST", action="sign_in")
