"""What every catalog promises about keys."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest

from buckets.errors import KeyEnded, StorageError
from buckets.model.account import Role, User
from buckets.model.action import Access
from buckets.model.credential import ApiKey, Key, KeyKind, KeyPair, Replaced
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import AccessKey, AccountId, BucketName, CredentialId
from buckets.ports import Catalog
from gateway.system import SystemClock
from tests.factories import values
from tests.fixtures.evidence import Deed
from tests.suites.catalog_stage import Stage, Staged

HOUR = timedelta(hours=1)
NARROW = Grant(
    actions=actions_of(Access.READ),
    places=frozenset({Place(BucketName("photos"), "cards/\u00e9")}),
    networks=frozenset({ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")}),
    acts_as=True,
)


def pair(
    owner: User, access_key: str = "SWABCDEFGHIJKLMNOPQR", grant: Grant = NARROW, expires_in: timedelta | None = HOUR
) -> KeyPair:
    return KeyPair(
        id=CredentialId(values.IDS.uuid7()),
        account=owner.account,
        owner=owner.id,
        role=owner.role,
        access_key=AccessKey(access_key),
        sealed_secret=b"\x01sealed",
        grant=NARROW,
        expires_at=SystemClock().now() + expires_in if expires_in is not None else None,
    )


def api_key(owner: User, token: bytes = b"h", expires_in: timedelta | None = None) -> ApiKey:
    return ApiKey(
        id=CredentialId(values.IDS.uuid7()),
        account=owner.account,
        owner=owner.id,
        role=owner.role,
        token_hash=token * 32,
        prefix="sw_abcd",
        expires_at=SystemClock().now() + expires_in if expires_in is not None else None,
    )


async def known(at: Stage, of: KeyPair | ApiKey) -> Key:
    """What is known of a key that must be there."""
    found = await at.catalog.find_key(of.account, of.id)
    assert found
    return found


class CredentialSuite(Staged):
    """Keys that are added and found. `elsewhere` is the same catalog in another process."""

    @pytest.fixture
    def elsewhere(self, catalog: Catalog) -> Catalog:
        return catalog

    async def test_a_pair_is_found_by_its_public_half(self, at: Stage) -> None:
        added = pair(at.owner)
        await at.catalog.add_key_pair(added, name="test")
        assert await at.catalog.find_key_pair(added.access_key) == added
        assert await at.catalog.find_key_pair(AccessKey("SWABCDEFGHIJKLMNOPQX")) is None

    async def test_an_api_key_is_found_by_its_hash(self, at: Stage) -> None:
        added = api_key(at.owner)
        await at.catalog.add_api_key(added, name="test")
        assert await at.catalog.find_api_key(b"h" * 32) == added
        assert await at.catalog.find_api_key(b"i" * 32) is None

    async def test_what_is_known_of_a_key_is_all_but_its_proof(self, at: Stage) -> None:
        added, other = pair(at.owner), api_key(at.owner)
        await at.catalog.add_key_pair(added, name="cards \u00e9")
        await at.catalog.add_api_key(other, name="bearer")
        found, second = await known(at, added), await known(at, other)
        assert found == Key(
            id=added.id,
            account=at.owner.account,
            owner=at.owner.id,
            name="cards \u00e9",
            kind=KeyKind.S3,
            hint=added.access_key,
            created_at=found.created_at,
            grant=NARROW,
            expires_at=added.expires_at,
        )
        assert (second.kind, second.hint, second.grant, second.expires_at) == (KeyKind.BEARER, "sw_abcd", Grant(), None)

    async def test_a_key_of_another_account_is_none(self, at: Stage) -> None:
        added = pair(at.owner)
        await at.catalog.add_key_pair(added, name="test")
        assert await at.catalog.find_key(AccountId("999999999999"), added.id) is None
        assert await at.catalog.find_key(at.owner.account, CredentialId(values.IDS.uuid7())) is None
        assert not await at.catalog.page_keys(AccountId("999999999999"), limit=9)
        assert not await at.catalog.page_keys(AccountId("999999999999"), owner=at.owner.id, limit=9)

    async def test_a_key_has_the_role_of_its_owner_as_it_is_now(self, at: Stage) -> None:
        await at.catalog.ensure_user(replace(at.other, role=Role.READ_ONLY))
        await at.catalog.add_api_key(replace(api_key(at.other), role=Role.OWNER), name="test")
        found = await at.catalog.find_api_key(b"h" * 32)
        assert found
        assert found.caller.role is Role.READ_ONLY

    async def test_an_expired_key_is_not_found_but_known(self, at: Stage, elsewhere: Catalog) -> None:
        for added in (pair(at.owner, expires_in=-HOUR), pair(at.owner, "SWB" + 17 * "B", expires_in=timedelta())):
            await at.catalog.add_key_pair(added, name="test")
            assert await elsewhere.find_key_pair(added.access_key) is None
            assert (await known(at, added)).expires_at == added.expires_at
        await at.catalog.add_api_key(api_key(at.owner, expires_in=-HOUR), name="test")
        assert await elsewhere.find_api_key(b"h" * 32) is None

    async def test_an_access_key_is_given_once(self, at: Stage) -> None:
        first, again = pair(at.owner), pair(at.owner)
        await at.catalog.add_key_pair(first, name="first")
        for _ in range(2):
            with pytest.raises(StorageError):
                await at.catalog.add_key_pair(again, name="again")
            assert await at.catalog.find_key(again.account, again.id) is None
            await at.catalog.revoke_key(await known(at, first), origin=values.origin(at.owner))
        assert await at.catalog.find_key_pair(first.access_key) is None

    async def test_a_user_made_anew_gets_no_old_key(self, at: Stage, elsewhere: Catalog) -> None:
        """The old one is somebody else, whatever it was called: its keys end with it."""
        await at.catalog.ensure_user(at.other)
        old = pair(at.other)
        await at.catalog.add_key_pair(old, name="old")
        await at.catalog.revoke_key(await known(at, old), origin=values.origin(at.owner))
        again = replace(at.other, id=values.user().id)
        assert await at.catalog.ensure_user(again)
        assert await elsewhere.find_key_pair(old.access_key) is None
        assert not await at.catalog.page_keys(again.account, owner=again.id, limit=9)


class EndedCredentialSuite(Staged):
    """Keys that are listed, used, replaced and revoked."""

    @pytest.fixture
    def elsewhere(self, catalog: Catalog) -> Catalog:
        return catalog

    async def test_a_revoked_key_is_refused_at_once_and_everywhere(self, at: Stage, elsewhere: Catalog) -> None:
        added, other = pair(at.owner), api_key(at.owner)
        await at.catalog.add_key_pair(added, name="test")
        await at.catalog.add_api_key(other, name="test")
        assert await elsewhere.find_key_pair(added.access_key)
        assert await elsewhere.find_api_key(other.token_hash)
        for key in (added, other):
            await at.catalog.revoke_key(await known(at, key), origin=values.origin(at.owner))
        assert await elsewhere.find_key_pair(added.access_key) is None
        assert await elsewhere.find_api_key(other.token_hash) is None
        assert (await known(at, added)).revoked_at

    async def test_a_key_is_revoked_once(self, at: Stage) -> None:
        added = pair(at.owner)
        await at.catalog.add_key_pair(added, name="test")
        key = await known(at, added)
        await asyncio.gather(*(at.catalog.revoke_key(key, origin=values.origin(at.owner)) for _ in range(4)))
        first = await known(at, added)
        await at.catalog.revoke_key(first, origin=values.origin(at.owner))
        assert await known(at, added) == first
        assert [deed.subject for deed in await at.evidence.deeds()].count(f"key:{added.id}") == 2

    async def test_keys_are_listed_by_age_and_by_owner_whether_good_or_not(self, at: Stage) -> None:
        await at.catalog.ensure_user(at.other)
        added = [api_key((at.owner, at.other)[n % 2], bytes([n])) for n in range(6)]
        for each in added:
            await at.catalog.add_api_key(each, name="test")
        await at.catalog.revoke_key(await known(at, added[4]), origin=values.origin(at.owner))
        newest = [each.id for each in reversed(added)]
        account = at.owner.account
        assert [key.id for key in await at.catalog.page_keys(account, limit=9)] == newest
        assert [key.id for key in await at.catalog.page_keys(account, after=newest[1], limit=2)] == newest[2:4]
        assert [key.id for key in await at.catalog.page_keys(account, owner=at.other.id, limit=9)] == newest[::2]
        assert [key.id for key in await at.catalog.page_keys(account, owner=at.other.id, after=newest[0], limit=1)] == [newest[2]]
        assert not await at.catalog.page_keys(account, after=newest[-1], limit=9)

    async def test_a_replaced_key_is_good_for_its_overlap(self, at: Stage, elsewhere: Catalog) -> None:
        old, new = pair(at.owner, expires_in=None), pair(at.owner, "SWB" + 17 * "B")
        await at.catalog.add_key_pair(old, name="old")
        began = SystemClock().now()
        await at.catalog.add_key_pair(new, name="new", replaces=Replaced(await known(at, old), HOUR))
        until = (await known(at, old)).expires_at
        assert until
        assert began + HOUR - timedelta(minutes=1) < until <= SystemClock().now() + HOUR + timedelta(minutes=1)
        assert await elsewhere.find_key_pair(old.access_key)
        assert await elsewhere.find_key_pair(new.access_key)

    async def test_without_an_overlap_it_ends_at_once(self, at: Stage, elsewhere: Catalog) -> None:
        old, new = api_key(at.owner), api_key(at.owner, b"n")
        await at.catalog.add_api_key(old, name="old")
        await at.catalog.add_api_key(new, name="new", replaces=Replaced(await known(at, old), timedelta()))
        assert await elsewhere.find_api_key(old.token_hash) is None
        assert await elsewhere.find_api_key(new.token_hash) == new

    async def test_a_replaced_key_lives_no_longer_than_it_would_have(self, at: Stage) -> None:
        old = pair(at.owner)
        await at.catalog.add_key_pair(old, name="old")
        await at.catalog.add_api_key(api_key(at.owner), name="new", replaces=Replaced(await known(at, old), 2 * HOUR))
        assert (await known(at, old)).expires_at == old.expires_at

    @pytest.mark.parametrize("ended", ["revoked", "expired"])
    async def test_a_key_that_has_ended_is_replaced_by_none(self, at: Stage, ended: str) -> None:
        old, new = pair(at.owner, expires_in=-HOUR if ended == "expired" else HOUR), api_key(at.owner)
        await at.catalog.add_key_pair(old, name="old")
        key = await known(at, old)
        if ended == "revoked":
            await at.catalog.revoke_key(key, origin=values.origin(at.owner))
        deeds = await at.evidence.deeds()
        with pytest.raises(KeyEnded):
            await at.catalog.add_api_key(new, name="new", replaces=Replaced(key, HOUR))
        assert await at.catalog.find_key(new.account, new.id) is None
        assert (await known(at, old)).expires_at == old.expires_at
        assert await at.evidence.deeds() == deeds

    async def test_use_is_noted_to_the_minute(self, at: Stage) -> None:
        added, other = pair(at.owner), api_key(at.owner)
        await at.catalog.add_key_pair(added, name="test")
        await at.catalog.add_api_key(other, name="test")
        first = datetime.fromisoformat("2026-11-28T12:00:00.5+00:00")
        stranger = CredentialId(values.IDS.uuid7())
        for seconds, noted in ((0, 0), (59, 0), (60, 60), (-3600, 60), (121, 121)):
            await at.catalog.note_use([(added.id, first + timedelta(seconds=seconds)), (stranger, first)])
            assert (await known(at, added)).last_used_at == first + timedelta(seconds=noted)
        assert (await known(at, other)).last_used_at is None
        await at.catalog.note_use([])

    async def test_many_who_note_the_use_of_the_same_keys_do_not_block_each_other(self, at: Stage) -> None:
        added = [api_key(at.owner, bytes([n])) for n in range(20)]
        for each in added:
            await at.catalog.add_api_key(each, name="test")
        when = SystemClock().now()
        orders = [added[n:] + added[:n] if n % 2 else added[::-1] for n in range(8)]
        await asyncio.gather(*(at.catalog.note_use([(each.id, when) for each in order]) for order in orders))
        await at.catalog.note_use([(each.id, when) for each in added])
        assert [(await known(at, each)).last_used_at for each in added] == [when] * 20

    async def test_what_happens_to_keys_is_on_record_and_using_them_is_not(self, at: Stage) -> None:
        origin = replace(values.origin(at.owner), action="by_hand")
        first, second, third = (api_key(at.owner, bytes([n])) for n in range(3))
        await at.catalog.add_api_key(first, name="first")
        await at.catalog.add_api_key(second, name="second", origin=origin)
        await at.catalog.add_api_key(third, name="third", origin=origin, replaces=Replaced(await known(at, second), HOUR))
        await at.catalog.note_use([(third.id, SystemClock().now())])
        await at.catalog.revoke_key(await known(at, third), origin=origin)
        subjects = [f"key:{each.id}" for each in (second, second, third, third)]
        by_hand = [Deed("by_hand", subject, at.owner.id) for subject in subjects]
        told = [deed for deed in await at.evidence.deeds() if deed.subject.startswith("key:")]
        assert told == [Deed("create_key", f"key:{first.id}", None), *by_hand]
