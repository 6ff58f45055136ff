"""Names of blobs: each handed out once, and none whose lease might run out."""

import asyncio
from datetime import timedelta

import pytest

from buckets.errors import CatalogUnavailable
from buckets.memory.catalog import MemoryCatalog
from buckets.model.blob import LONGEST_REQUEST, lease_of
from buckets.service.blob_names import BlobNames
from gateway.system import SystemIds
from tests.factories.values import PLACEMENT, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def catalog(clock: ManualClock) -> MemoryCatalog:
    catalog = MemoryCatalog(ids=SystemIds(), clock=clock)
    await catalog.ensure_placement(PLACEMENT)
    return catalog


@pytest.fixture
def names(catalog: MemoryCatalog, clock: ManualClock) -> BlobNames:
    return BlobNames(catalog, clock, SystemIds().uuid7(), block=8)


async def test_names_asked_for_at_once_differ(names: BlobNames, catalog: MemoryCatalog) -> None:
    taken = await asyncio.gather(*(names.take("default") for _ in range(100)))
    assert len(set(taken)) == 100
    assert {lease_of(name) for name in taken} == catalog.leases.keys()


async def test_one_lease_serves_a_whole_block(names: BlobNames, catalog: MemoryCatalog) -> None:
    for _ in range(8):
        await names.take("default")
    assert len(catalog.leases) == 1
    await names.take("default")
    assert len(catalog.leases) == 2


async def test_name_of_an_unrenewed_lease_is_not_handed_out(names: BlobNames, clock: ManualClock) -> None:
    first = await names.take("default")
    clock.advance(names.lasting)
    assert lease_of(await names.take("default")) != lease_of(first)


async def test_renewed_lease_goes_on_serving(names: BlobNames, catalog: MemoryCatalog, clock: ManualClock) -> None:
    first = await names.take("default")
    for _ in range(12):
        clock.advance(names.lasting / 6)
        await names.renew()
    assert lease_of(await names.take("default")) == lease_of(first)
    assert catalog.leases[lease_of(first)].until == clock.now() + names.lasting


async def test_block_is_handed_out_no_longer_than_a_request_lives(names: BlobNames, clock: ManualClock) -> None:
    first = await names.take("default")
    end = clock.now() + LONGEST_REQUEST
    while clock.now() < end:
        clock.advance(timedelta(minutes=10))
        await names.renew()
    assert lease_of(await names.take("default")) != lease_of(first)


async def test_lease_that_ran_out_is_not_brought_back(names: BlobNames, catalog: MemoryCatalog, clock: ManualClock) -> None:
    first = await names.take("default")
    clock.advance(2 * names.lasting)
    await names.renew()
    assert catalog.leases[lease_of(first)].until < clock.now()
    assert lease_of(await names.take("default")) != lease_of(first)


async def test_released_names_are_free_to_be_swept(names: BlobNames, catalog: MemoryCatalog, clock: ManualClock) -> None:
    await names.take("default")
    await names.release()
    assert all(lease.until <= clock.now() for lease in catalog.leases.values())


async def test_failed_lease_fails_those_who_wait_and_nobody_after(names: BlobNames, catalog: MemoryCatalog) -> None:
    placement = catalog.placements.pop("default")
    refused = await asyncio.gather(*(names.take("default") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(error, CatalogUnavailable) for error in refused)
    catalog.placements["default"] = placement
    assert lease_of(await names.take("default")) in catalog.leases
