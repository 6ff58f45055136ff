"""What every catalog promises about who exists, where bytes go, and the names of blobs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import BrokenSetting, LeaseExpired
from buckets.model.account import Role
from buckets.model.blob import Placement
from buckets.names import AccountId, BlobId
from buckets.ports import Catalog
from tests.factories import values
from tests.suites.catalog_stage import Stage, Staged


class CatalogSuite(Staged):
    """The accounts, the placements and the leases."""

    async def test_first_owner_is_found(self, at: Stage) -> None:
        assert await at.catalog.find_first_owner() == at.owner

    async def test_an_empty_catalog_has_no_owner(self, catalog: Catalog) -> None:
        assert await catalog.find_first_owner() is None

    async def test_a_user_that_is_there_stays_as_it_is(self, at: Stage) -> None:
        joined = replace(at.other, role=Role.READ_ONLY)
        assert await at.catalog.ensure_user(joined)
        assert not await at.catalog.ensure_user(at.other)
        assert await at.catalog.find_user(joined.account, joined.id) == joined
        assert await at.catalog.find_first_owner() == at.owner

    async def test_a_user_is_found_in_its_account_only(self, at: Stage) -> None:
        assert await at.catalog.find_user(at.owner.account, at.owner.id) == at.owner
        assert await at.catalog.find_user(AccountId("999999999999"), at.owner.id) is None
        assert await at.catalog.find_user(at.owner.account, at.other.id) is None

    async def test_account_is_found_by_its_number(self, at: Stage) -> None:
        assert await at.catalog.find_account(at.owner.account) == values.account()
        assert await at.catalog.find_account(AccountId("999999999999")) is None

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
