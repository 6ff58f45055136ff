"""Tokens that somebody else signs, over both fronts."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from buckets.model.account import Identity, Role, Status
from gateway.auth.jwt.issuer import Issuer
from gateway.system import SystemClock
from tests.http.house import House, served
from tests.http.wire import Reply, connected, request
from tests.unit.auth.issuing import ISSUER, SUBJECT, Published, claims, signed


@pytest.fixture
async def house() -> AsyncIterator[House]:
    issuer = Issuer(Published().fetch, clock=SystemClock())
    async with served(House(issuer=issuer)) as house:
        change(house, identities=frozenset({Identity(ISSUER, SUBJECT)}))
        yield house
    await issuer.close()


def change(house: House, **words: Any) -> None:
    """Somebody else changes what is known of the user, past every port."""
    house.alice.user = house.catalog.users[house.alice.user.id] = replace(house.alice.user, **words)


def token(**other: Any) -> str:
    now = int(time.time())
    return signed("ES256", claims(iat=now, exp=now + 600, **other))


async def ask_with(house: House, bearer: str, method: str = "GET", target: str = "/v1/buckets", body: bytes = b"") -> Reply:
    async with connected(house) as wire:
        headers = [("Authorization", f"Bearer {bearer}"), ("Content-Type", "application/json")]
        await wire.send(request(method, target, headers, body))
        return await wire.reply(to=method)


@pytest.mark.parametrize("target", ["/v1/buckets", "/v1/buckets/photos", "/photos?list-type=2"])
async def test_who_was_signed_in_elsewhere_is_let_in(target: str, house: House) -> None:
    assert (await ask_with(house, token(), target=target)).status == 200


async def test_what_is_made_is_on_record_as_the_user_s(house: House) -> None:
    assert (await ask_with(house, token(), "POST", body=b'{"name":"cards"}')).status == 201
    line = house.catalog.audit[-1]
    assert (line.doer.actor, line.doer.credential, line.deed.action) == (house.alice.user.id, None, "create_bucket")


async def test_a_role_that_was_taken_away_is_gone_with_the_next_request(house: House) -> None:
    change(house, role=Role.READ_ONLY)
    assert (await ask_with(house, token(role="owner"), "POST", body=b'{"name":"cards"}')).status == 403
    assert (await ask_with(house, token())).status == 200


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
async def test_so_is_a_user(status: Status, house: House) -> None:
    good = token()
    assert (await ask_with(house, good)).status == 200
    change(house, status=status)
    reply = await ask_with(house, good)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert (await ask_with(house, good, target="/photos?list-type=2")).status == 403


async def test_a_token_of_nobody_we_know_is_refused(house: House) -> None:
    for bad in (token(sub="somebody else"), token(aud="other"), token()[:-8], "a.b.c"):
        assert (await ask_with(house, bad)).status == 401
    assert (await ask_with(house, house.alice.token)).status == 200
