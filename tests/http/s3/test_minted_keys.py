"""S3 clients with pairs that were made over the JSON API."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from buckets.model.account import Status
from gateway.auth.keys import MintedPair
from tests.factories import values
from tests.http.house import House, Tenant
from tests.http.s3.boto import by_boto
from tests.http.wire import ask, connected, request

JSON = [("Content-Type", "application/json")]


async def minted(house: House, **terms: Any) -> tuple[Tenant, str]:
    """Somebody with a fresh pair, and where it is found."""
    body = json.dumps({"name": "boto", "kind": "s3", **terms}).encode()
    reply = await ask(house, "POST", "/v1/keys", headers=JSON, body=body)
    told = json.loads(reply.body)
    pair = MintedPair(told["access_key"], told["secret_key"])
    return replace(house.alice, pair=pair), f"/v1/keys/{told['id']}"


def store(client: Any) -> bytes:
    client.put_object(Bucket="photos", Key="k", Body=b"hello")
    return bytes(client.get_object(Bucket="photos", Key="k")["Body"].read())


def presigned(client: Any) -> str:
    return str(client.generate_presigned_url("get_object", {"Bucket": "photos", "Key": "k"}))


async def refusal(house: House, tenant: Tenant) -> str:
    with pytest.raises(ClientError) as refused:
        await by_boto(house, store, tenant=tenant)
    return str(refused.value.response["Error"]["Code"])


async def test_a_pair_works_until_it_is_revoked(house: House) -> None:
    tenant, key = await minted(house)
    assert await by_boto(house, store, tenant=tenant) == b"hello"
    assert (await ask(house, "DELETE", key)).status == 204
    assert await refusal(house, tenant) == "InvalidAccessKeyId"


async def test_a_presigned_request_ends_with_its_pair(house: House) -> None:
    tenant, key = await minted(house)
    await by_boto(house, store, tenant=tenant)
    url = await by_boto(house, presigned, tenant=tenant, signature_version="s3v4")
    target, host = url.removeprefix(f"http://127.0.0.1:{house.port}"), ("Host", f"127.0.0.1:{house.port}")
    for status in (200, 403):
        async with connected(house) as wire:
            await wire.send(request("GET", target, [host]))
            assert (await wire.reply()).status == status
        await ask(house, "DELETE", key)


async def test_a_rotated_pair_takes_over(house: House) -> None:
    old, key = await minted(house)
    reply = await ask(house, "POST", f"{key}?rotate", headers=JSON, body=b'{"overlap_seconds": 0}')
    told = json.loads(reply.body)
    assert await refusal(house, old) == "InvalidAccessKeyId"
    assert await by_boto(house, store, tenant=replace(old, pair=MintedPair(told["access_key"], told["secret_key"]))) == b"hello"


async def test_a_pair_is_good_in_its_networks_only(house: House) -> None:
    tenant, _ = await minted(house, networks=["192.0.2.0/24"])
    assert await refusal(house, tenant) == "AccessDenied"


async def test_a_user_made_anew_does_not_bring_its_old_pair_back(house: House) -> None:
    """Attack 63: its keys end with it, whoever is called so afterwards."""
    old = replace(values.user(), name="dave")
    await house.catalog.ensure_user(old)
    tenant, _ = await minted(house, user=str(old.id))
    assert await by_boto(house, store, tenant=tenant) == b"hello"
    house.catalog.users[old.id] = replace(old, status=Status.DELETED)
    await house.catalog.ensure_user(replace(values.user(), name="dave"))
    assert await refusal(house, tenant) == "InvalidAccessKeyId"
