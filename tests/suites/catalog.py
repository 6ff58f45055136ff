"""What every catalog promises about who exists, where bytes go, and the names of blobs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import BrokenSetting, LeaseExpired
from buckets.model.account import Role
from buckets.model.blob import Placement
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import AccessKey, AccountId, BlobId, CredentialId
from buckets.ports import Catalog
from tests.factories import values
from tests.suites.catalog_stage import Stage, Staged


class CatalogSuite(Staged):
    """The accounts, the placements and the leases."""

    async def test_first_owner_is_found(self, at: Stage) -> None:
        assert await at.catalog.find_first_owner() == at.owner

    async def test_an_empty_catalog_has_no_owner(self, catalog: Catalog) -> None:
        assert await catalog.find_first_owner() is None

    async def test_a_user_that_joins_can_be_given_keys(self, at: Stage) -> None:
        assert await at.catalog.ensure_user(at.other)
        key = replace(self._api_key(at), owner=at.other.id, role=at.other.role)
        await at.catalog.add_api_key(key, name="test")
        assert await at.catalog.find_api_key(key.token_hash) == key
        assert await at.catalog.find_first_owner() == at.owner

    async def test_a_user_that_is_there_stays_as_it_is(self, at: Stage) -> None:
        await at.catalog.ensure_user(replace(at.other, role=Role.READ_ONLY))
        assert not await at.catalog.ensure_user(at.other)
        key = replace(self._api_key(at), owner=at.other.id, role=at.other.role)
        await at.catalog.add_api_key(key, name="test")
        found = await at.catalog.find_api_key(key.token_hash)
        assert found
        assert found.role is Role.READ_ONLY

    async def test_account_is_found_by_its_number(self, at: Stage) -> None:
        assert await at.catalog.find_account(at.owner.account) == values.account()
        assert await at.catalog.find_account(AccountId("999999999999")) is None

    async def test_key_pair_is_found_by_its_public_half(self, at: Stage) -> None:
        pair = KeyPair(
            id=CredentialId(values.IDS.uuid7()),
            account=at.owner.account,
            owner=at.owner.id,
            role=Role.OWNER,
            access_key=AccessKey("SWABCDEFGHIJKLMNOPQR"),
            sealed_secret=b"\x01sealed",
        )
        await at.catalog.add_key_pair(pair, name="test")
        assert await at.catalog.find_key_pair(pair.access_key) == pair
        assert await at.catalog.find_key_pair(AccessKey("SWABCDEFGHIJKLMNOPQX")) is None

    async def test_api_key_is_found_by_its_hash(self, at: Stage) -> None:
        key = self._api_key(at)
        await at.catalog.add_api_key(key, name="test")
        assert await at.catalog.find_api_key(b"h" * 32) == key
        assert await at.catalog.find_api_key(b"i" * 32) is None

    async def test_expired_api_key_is_not_found(self, at: Stage) -> None:
        await at.catalog.add_api_key(self._api_key(at, expires_in=timedelta(days=-3650)), name="test")
        assert await at.catalog.find_api_key(b"h" * 32) is None

    async def test_placement_known_with_another_store_is_refused(self, at: Stage) -> None:
        await at.catalog.ensure_placement(values.PLACEMENT)
        with pytest.raises(BrokenSetting):
            await at.catalog.ensure_placement(Placement(id="default", store="disk"))

    async def test_leased_names_are_never_leased_again(self, at: Stage) -> None:
        leases = await asyncio.gather(
            *(
                at.catalog.lease_blobs(placement="default", holder=values.IDS.uuid7(), count=64, lasting=timedelta(hours=1))
                for _ in range(20)
            )
        )
        assert len({name for lease in leases for name in lease}) == 20 * 64

    async def test_blob_of_an_unknown_lease_is_refused(self, at: Stage) -> None:
        item = values.put_item(at.bucket, "k", b"body", owner=at.owner, name=BlobId(values.IDS.uuid7()))
        assert isinstance(await at.refusal(item), LeaseExpired)
        assert await at.head("k") is None

    async def test_blob_of_an_expired_lease_is_refused(self, at: Stage) -> None:
        expired = await at.catalog.lease_blobs(
            placement="default", holder=values.IDS.uuid7(), count=1, lasting=timedelta(seconds=-1)
        )
        item = values.put_item(at.bucket, "k", b"body", owner=at.owner, name=next(iter(expired)))
        assert isinstance(await at.refusal(item), LeaseExpired)

    async def test_catalog_says_how_it_is(self, at: Stage) -> None:
        health = await at.catalog.check()
        assert health.latency_ms >= 0
        assert health.server_version

    def _api_key(self, at: Stage, *, expires_in: timedelta | None = None) -> ApiKey:
        expires_at = values.ManualClock().now() + expires_in if expires_in else None
        return ApiKey(
            id=CredentialId(values.IDS.uuid7()),
            account=at.owner.account,
            owner=at.owner.id,
            role=Role.OWNER,
            token_hash=b"h" * 32,
            prefix="sw_abcd",
            expires_at=expires_at,
        )
