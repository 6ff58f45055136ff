"""Requests and bytes by bucket: only buckets that the caller has are named."""

from tests.factories import values
from tests.http.house import House
from tests.http.wire import ask, connected, request

REQUESTS = "seawall_bucket_requests_total"
BYTES = "seawall_bucket_bytes_total"


async def test_requests_and_bytes_are_counted_for_the_bucket(house: House) -> None:
    await ask(house, "PUT", "/photos/a", body=b"hello")
    await ask(house, "GET", "/v1/objects/photos/a")
    await ask(house, "HEAD", "/photos/none")
    assert house.meter.counted(REQUESTS, bucket="photos") == house.meter.counted(REQUESTS) == 3
    assert house.meter.counted(BYTES, bucket="photos", direction="received") == 5
    assert house.meter.counted(BYTES, bucket="photos", direction="sent") == 5


async def test_names_that_lead_to_no_bucket_are_not_counted(house: House) -> None:
    for name in ("nothing", "nothing-else"):
        await ask(house, "GET", f"/{name}/a")
        await ask(house, "PUT", f"/v1/objects/{name}/a", body=b"hello")
    await ask(house, "GET", "/")
    await ask(house, "GET", "/photos/a", headers=[("Authorization", "Bearer nobody")])
    assert house.meter.counted(REQUESTS) == house.meter.counted(BYTES) == 0


async def test_a_bucket_of_another_account_is_none(house: House) -> None:
    await house.tenant("210987654321", "secrets")
    assert (await ask(house, "GET", "/secrets/a")).status == 404
    assert house.meter.counted(REQUESTS) == 0


async def test_a_copy_is_counted_where_it_goes(house: House) -> None:
    await house.catalog.create_bucket(values.bucket(house.alice.user, "archive"))
    await ask(house, "PUT", "/photos/a", body=b"hello")
    assert (await ask(house, "PUT", "/archive/a", headers=[("x-amz-copy-source", "/photos/a")])).status == 200
    assert house.meter.counted(REQUESTS, bucket="archive") == house.meter.counted(REQUESTS, bucket="photos") == 1


async def test_requests_are_counted_by_the_tier_of_who_asked(house: House) -> None:
    assert (await ask(house, "PUT", "/photos/k", body=b"12345")).status == 200
    assert (await ask(house, "GET", "/photos/k")).status == 200
    assert (await ask(house, "GET", "/nowhere/k")).status == 404
    await house.over(3)
    assert house.meter.counted("seawall_tier_requests_total", tier="unlimited") == 3
    assert house.meter.counted("seawall_tier_bytes_total", tier="unlimited", direction="received") == 5


async def test_who_brings_no_credential_has_no_tier(house: House) -> None:
    async with connected(house) as wire:
        await wire.send(request("GET", "/photos/k"))
        assert (await wire.reply()).status == 403
    await house.over(1)
    assert house.meter.counted("seawall_tier_requests_total") == 0
