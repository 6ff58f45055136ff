"""What every catalog promises about accounts and their people."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace

import pytest

from buckets.errors import (
    EmailTaken,
    IdentityTaken,
    LastOwner,
    NoSuchAccount,
    NoSuchUser,
    Overtaken,
    UserOwnsObjects,
)
from buckets.model.account import Account, Identity, Role, Status, User
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import AccessKey, AccountId, CredentialId, UserId
from buckets.ports import Catalog
from tests.factories import values
from tests.fixtures.evidence import Deed
from tests.suites.catalog_stage import Stage, Staged

ELSEWHERE = AccountId("998877665544")
NOBODY = UserId(values.IDS.uuid7())


def by(user: User, action: str = "by_hand") -> Origin:
    return replace(values.origin(user), action=action)


async def join(at: Stage, role: Role = Role.USER, **facts: object) -> User:
    """Somebody else in the account."""
    user = replace(values.user(role=role), **facts)  # type: ignore[arg-type]  # of a test's own words
    await at.catalog.add_user(user, origin=by(at.owner))
    return user


async def stranger(at: Stage, **facts: object) -> User:
    """Who owns another account."""
    owner = replace(values.user(ELSEWHERE), **facts)  # type: ignore[arg-type]  # likewise
    await at.catalog.create_account(values.account(ELSEWHERE), owner)
    return owner


async def found(at: Stage, user: User) -> User:
    known = await at.catalog.find_user(user.account, user.id)
    assert known is not None
    return known


async def change(at: Stage, user: User, **facts: object) -> User:
    return await at.catalog.change_user(replace(user, **facts), origin=by(at.owner))  # type: ignore[arg-type]  # likewise


async def delete(at: Stage, user: User, *, force: bool = False) -> None:
    await at.catalog.delete_user(user, origin=by(at.owner), force=force)


async def outcomes(attempts: Sequence[Awaitable[object]]) -> list[type]:
    return [type(outcome) for outcome in await asyncio.gather(*attempts, return_exceptions=True)]


class UserSuite(Staged):
    """Users that come and are found."""

    async def test_a_user_keeps_all_that_it_was_told(self, at: Stage) -> None:
        told = await join(
            at,
            Role.READ_ONLY,
            name="Zoë \U0001f600",
            email="Zoe@Example.org",
            status=Status.SUSPENDED,
            tier="small",
            preferences={"theme": "dark", "deep": {"list": [1, 2.5, None, "x"], "yes": True}},
            identities=frozenset({Identity("https://a.example", "1"), Identity("https://b.example", "1")}),
        )
        assert await found(at, told) == told

    async def test_a_user_is_of_its_account_only(self, at: Stage) -> None:
        other = await stranger(at)
        assert await at.catalog.find_user(at.owner.account, other.id) is None
        assert await at.catalog.find_user(at.owner.account, NOBODY) is None

    async def test_the_first_owner_is_found_as_it_was_told_to_be(self, catalog: Catalog) -> None:
        owner = replace(values.user(), email="a@example.org", preferences={"a": 1}, identities=frozenset({Identity("i", "s")}))
        await catalog.create_account(values.account(), owner)
        assert await catalog.find_first_owner() == await catalog.find_user(owner.account, owner.id) == owner

    @pytest.mark.parametrize("address", ["ann@example.org", "ANN@EXAMPLE.ORG"])
    async def test_an_address_is_taken_once_however_it_is_written(self, at: Stage, address: str) -> None:
        ann, bob = await join(at, email="Ann@Example.org"), await join(at)
        with pytest.raises(EmailTaken):
            await join(at, email=address)
        with pytest.raises(EmailTaken):
            await change(at, bob, email=address)
        assert await change(at, ann, email=address) == replace(ann, email=address, revision=2)
        assert (await found(at, bob)).email is None

    async def test_what_other_accounts_have_for_addresses_does_not_matter(self, at: Stage) -> None:
        await stranger(at, email="ann@example.org")
        await join(at, email="ann@example.org")

    async def test_any_number_of_users_have_no_address(self, at: Stage) -> None:
        await join(at)
        await join(at)

    async def test_of_many_who_want_an_address_one_gets_it(self, at: Stage) -> None:
        ended = await outcomes([join(at, email=address) for address in ["ann@example.org", "ANN@example.org"] * 4])
        assert sorted(each.__name__ for each in ended) == ["EmailTaken"] * 7 + ["User"]

    async def test_an_identity_is_one_user_s_in_all_accounts(self, at: Stage) -> None:
        identity = frozenset({Identity("https://a.example", "1")})
        ann, bob = await join(at, identities=identity), await join(at)
        for attempt in (join(at, identities=identity), stranger(at, identities=identity), change(at, bob, identities=identity)):
            with pytest.raises(IdentityTaken):
                await attempt
        assert (await found(at, ann)).identities == identity
        assert (await found(at, bob)) == bob
        assert await at.catalog.find_account(ELSEWHERE) is None

    async def test_another_subject_or_another_issuer_is_another_identity(self, at: Stage) -> None:
        for identity in (Identity("i", "s"), Identity("i", "S"), Identity("I", "s"), Identity("i", "s ")):
            await join(at, identities=frozenset({identity}))

    async def test_pages_list_users_in_the_order_of_their_ids(self, at: Stage) -> None:
        await stranger(at)
        users = sorted([at.owner, *[await join(at) for _ in range(4)]], key=lambda user: user.id)
        account = at.owner.account
        assert await at.catalog.page_users(account, limit=10) == users
        assert await at.catalog.page_users(account, limit=2) == users[:2]
        assert await at.catalog.page_users(account, after=users[1].id, limit=2) == users[2:4]
        assert await at.catalog.page_users(account, after=users[4].id, limit=2) == []

    async def test_lists_tell_those_that_are_asked_for(self, at: Stage) -> None:
        ann = await join(at, Role.ADMIN, email="Ann@example.org")
        bob = await join(at, status=Status.SUSPENDED)
        eve = await join(at)
        await delete(at, eve)

        async def listed(**asked: object) -> set[UserId]:
            page = await at.catalog.page_users(at.owner.account, **asked, limit=10)  # type: ignore[arg-type]  # as they are said
            return {user.id for user in page}

        assert await listed() == {at.owner.id, ann.id, bob.id}
        assert await listed(status=Status.ACTIVE) == {at.owner.id, ann.id}
        assert await listed(status=Status.DELETED) == {eve.id}
        assert await listed(role=Role.ADMIN) == {ann.id}
        assert await listed(role=Role.USER, status=Status.ACTIVE) == set()
        assert await listed(email="aNN@example.org") == {ann.id}
        assert await listed(email="%") == set()


class ChangedUserSuite(Staged):
    """Users that change, and such as are deleted."""

    async def test_a_user_is_made_what_is_said_and_counts_it(self, at: Stage) -> None:
        ann = await join(at, email="ann@example.org", identities=frozenset({Identity("i", "a"), Identity("i", "b")}))
        wanted = replace(
            ann,
            name="other",
            role=Role.ADMIN,
            email="other@example.org",
            status=Status.SUSPENDED,
            preferences={"a": {"b": []}},
            identities=frozenset({Identity("i", "b"), Identity("i", "c")}),
        )
        assert await at.catalog.change_user(wanted, origin=by(at.owner)) == replace(wanted, revision=2)
        assert await found(at, ann) == replace(wanted, revision=2)

    async def test_what_is_said_no_more_is_gone(self, at: Stage) -> None:
        ann = await join(at, email="ann@example.org", preferences={"a": 1}, identities=frozenset({Identity("i", "a")}))
        bare = await change(at, ann, email=None, preferences={}, identities=frozenset())
        assert (bare.email, bare.preferences, bare.identities) == (None, {}, frozenset())
        await join(at, email="ann@example.org", identities=frozenset({Identity("i", "a")}))

    async def test_a_change_of_what_was_changed_meanwhile_is_refused(self, at: Stage) -> None:
        ann = await join(at)
        changed = await change(at, ann, name="first")
        for attempt in (change(at, ann, name="late"), delete(at, ann, force=True)):
            with pytest.raises(Overtaken):
                await attempt
        assert await found(at, ann) == changed

    async def test_of_many_changes_at_once_one_wins(self, at: Stage) -> None:
        ann = await join(at)
        ended = await outcomes([change(at, ann, name=f"{number}") for number in range(8)])
        assert sorted(each.__name__ for each in ended) == ["Overtaken"] * 7 + ["User"]
        assert (await found(at, ann)).revision == 2

    async def test_nobody_of_another_account_is_changed_or_deleted(self, at: Stage) -> None:
        other = await stranger(at)
        here = replace(other, account=at.owner.account)
        for attempt in (change(at, here, name="mine"), delete(at, here), change(at, values.user()), delete(at, values.user())):
            with pytest.raises(NoSuchUser):
                await attempt
        assert await found(at, other) == other

    @pytest.mark.parametrize("facts", [{"role": Role.ADMIN}, {"status": Status.SUSPENDED}])
    async def test_the_last_active_owner_stays_what_it_is(self, at: Stage, facts: dict[str, object]) -> None:
        await join(at, Role.OWNER, status=Status.SUSPENDED)
        await stranger(at)
        for attempt in (change(at, at.owner, **facts), delete(at, at.owner, force=True)):
            with pytest.raises(LastOwner):
                await attempt
        assert await found(at, at.owner) == at.owner
        await join(at, Role.OWNER)
        await change(at, at.owner, **facts)

    async def test_the_last_owner_may_change_what_does_not_matter_for_that(self, at: Stage) -> None:
        assert (await change(at, at.owner, name="other")).name == "other"

    @pytest.mark.parametrize("turn", range(4))
    async def test_two_owners_do_not_both_step_down_at_once(self, at: Stage, turn: int) -> None:
        await at.catalog.delete_bucket(at.bucket, origin=by(at.owner))
        other = await join(at, Role.OWNER)
        steps: list[Awaitable[object]] = [change(at, at.owner, role=Role.USER), delete(at, other)]
        ended = await outcomes(steps if turn % 2 else steps[::-1])
        assert ended.count(LastOwner) == 1
        assert len(await at.catalog.page_users(at.owner.account, role=Role.OWNER, limit=10)) == 1

    async def test_who_is_deleted_stays_on_record_and_nothing_else(self, at: Stage) -> None:
        ann = await join(at, email="ann@example.org", identities=frozenset({Identity("i", "a")}))
        await delete(at, ann)
        gone = await found(at, ann)
        assert (gone.status, gone.email, gone.revision) == (Status.DELETED, "ann@example.org", 2)
        for attempt in (change(at, gone, status=Status.ACTIVE), delete(at, gone)):
            with pytest.raises(NoSuchUser):
                await attempt
        assert not await at.catalog.ensure_user(ann)
        assert await found(at, ann) == gone

    async def test_what_who_is_deleted_had_is_free(self, at: Stage) -> None:
        identities = frozenset({Identity("i", "a")})
        await delete(at, await join(at, email="ann@example.org", identities=identities))
        await join(at, email="ann@example.org", identities=identities)

    async def test_who_owns_a_bucket_or_an_object_is_not_deleted_unless_by_force(self, at: Stage) -> None:
        ann, bob = await join(at), await join(at)
        await at.catalog.create_bucket(values.bucket(ann, "of-ann"))
        await at.put(at.item("k", owner=bob))
        for user in (ann, bob):
            with pytest.raises(UserOwnsObjects):
                await delete(at, user)
            assert await found(at, user) == user
            await delete(at, user, force=True)
            assert (await found(at, user)).status is Status.DELETED

    async def test_empty_objects_are_objects_and_trash_is_none(self, at: Stage) -> None:
        ann = await join(at)
        await at.put(at.item("empty", b"", owner=ann))
        with pytest.raises(UserOwnsObjects):
            await delete(at, ann)
        await at.put(at.item("k", owner=ann))
        await at.delete(at.removal("k"))
        await at.delete(at.removal("empty"))
        await delete(at, ann)

    async def test_who_owned_what_is_gone_is_deleted(self, at: Stage) -> None:
        ann = await join(at)
        bucket = values.bucket(ann, "of-ann")
        await at.catalog.create_bucket(bucket)
        await at.catalog.delete_bucket(bucket, origin=by(ann))
        await delete(at, ann)

    async def test_what_is_done_to_users_is_recorded_and_what_is_refused_is_not(self, at: Stage) -> None:
        before = len(await at.evidence.deeds())
        ann = await join(at, email="ann@example.org")
        with pytest.raises(EmailTaken):
            await join(at, email="ann@example.org")
        changed = await change(at, ann, name="other")
        for attempt in (change(at, ann, name="late"), delete(at, ann)):
            with pytest.raises(Overtaken):
                await attempt
        with pytest.raises(LastOwner):
            await delete(at, at.owner, force=True)
        await delete(at, changed)
        assert (await at.evidence.deeds())[before:] == [Deed("by_hand", f"user:{ann.id}", at.owner.id)] * 3


class AccountSuite(Staged):
    """Accounts that come and change, and keys of those who may do nothing any more."""

    async def test_pages_list_accounts_in_the_order_of_their_numbers(self, at: Stage) -> None:
        await stranger(at)
        first, second = values.account(), values.account(ELSEWHERE)
        assert await at.catalog.page_accounts(after="", limit=10) == [first, second]
        assert await at.catalog.page_accounts(after="", limit=1) == [first]
        assert await at.catalog.page_accounts(after=first.id, limit=10) == [second]
        assert await at.catalog.page_accounts(after=second.id, limit=10) == []

    async def test_an_account_is_given_another_name_and_status(self, at: Stage) -> None:
        present = values.account()
        wanted = replace(present, name="other", status=Status.SUSPENDED, operates=True, canonical_id="f" * 64)
        changed = await at.catalog.change_account(present, wanted, origin=by(at.owner))
        assert changed == await at.catalog.find_account(present.id) == replace(present, name="other", status=Status.SUSPENDED)

    async def test_a_change_of_an_account_that_was_changed_meanwhile_is_refused(self, at: Stage) -> None:
        present = values.account()
        ended = await outcomes([self.rename(at, present, f"{number}") for number in range(8)])
        assert sorted(each.__name__ for each in ended) == ["Account"] + ["Overtaken"] * 7
        with pytest.raises(NoSuchAccount):
            await self.rename(at, values.account(ELSEWHERE), "nobody's")

    async def test_what_is_done_to_accounts_is_recorded(self, at: Stage) -> None:
        origin = by(at.owner)
        await at.catalog.create_account(values.account(ELSEWHERE), values.user(ELSEWHERE), origin=origin)
        await self.rename(at, values.account(ELSEWHERE), "other")
        first, *others = await at.evidence.deeds()
        assert first == Deed("create_account", f"account:{at.owner.account}", None)
        assert others[1:] == [Deed("by_hand", f"account:{ELSEWHERE}", at.owner.id)] * 2

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_the_keys_of_an_account_that_is_not_active_are_good_for_nothing(self, at: Stage, status: Status) -> None:
        pair, key = await self.keys(at, at.owner)
        present = values.account()
        changed = await at.catalog.change_account(present, replace(present, status=status), origin=by(at.owner))
        assert await self.usable(at, pair, key) == (False, False)
        await at.catalog.change_account(changed, present, origin=by(at.owner))
        assert await self.usable(at, pair, key) == (True, True)

    async def test_the_keys_of_who_is_suspended_are_good_for_nothing(self, at: Stage) -> None:
        ann = await join(at)
        pair, key = await self.keys(at, ann)
        assert await self.usable(at, pair, key) == (True, True)
        suspended = await change(at, ann, status=Status.SUSPENDED)
        assert await self.usable(at, pair, key) == (False, False)
        await change(at, suspended, status=Status.ACTIVE)
        assert await self.usable(at, pair, key) == (True, True)

    async def test_the_keys_of_who_is_deleted_are_good_for_nothing(self, at: Stage) -> None:
        ann = await join(at)
        pair, key = await self.keys(at, ann)
        await delete(at, ann)
        assert await self.usable(at, pair, key) == (False, False)

    async def test_a_role_counts_from_the_moment_it_is_given(self, at: Stage) -> None:
        ann = await join(at, Role.ADMIN)
        pair, key = await self.keys(at, ann)
        await change(at, ann, role=Role.READ_ONLY)
        known = await at.catalog.find_key_pair(pair.access_key), await at.catalog.find_api_key(key.token_hash)
        assert [each.role for each in known if each] == [Role.READ_ONLY] * 2

    async def rename(self, at: Stage, account: Account, name: str) -> Account:
        return await at.catalog.change_account(account, replace(account, name=name), origin=by(at.owner))

    async def keys(self, at: Stage, owner: User) -> tuple[KeyPair, ApiKey]:
        whose = {"account": owner.account, "owner": owner.id, "role": owner.role}
        pair = KeyPair(
            id=CredentialId(values.IDS.uuid7()),
            access_key=AccessKey("SWABCDEFGHIJKLMNOPQR"),
            sealed_secret=b"\x01sealed",
            **whose,  # type: ignore[arg-type]  # each is what it is called
        )
        key = ApiKey(id=CredentialId(values.IDS.uuid7()), token_hash=b"h" * 32, prefix="sw_abcd", **whose)  # type: ignore[arg-type]
        await at.catalog.add_key_pair(pair, name="test")
        await at.catalog.add_api_key(key, name="test")
        return pair, key

    async def usable(self, at: Stage, pair: KeyPair, key: ApiKey) -> tuple[bool, bool]:
        found_pair, found_key = await at.catalog.find_key_pair(pair.access_key), await at.catalog.find_api_key(key.token_hash)
        return found_pair is not None, found_key is not None
