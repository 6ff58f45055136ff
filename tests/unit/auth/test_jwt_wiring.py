"""The verifier as the settings make it, over a real server that publishes keys."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from buckets.errors import IssuerUnavailable, NotAuthenticated
from buckets.memory.catalog import MemoryCatalog
from buckets.model.account import Identity
from gateway.auth.settings import AuthSettings
from gateway.build.tokens import jwts
from gateway.system import SystemIds
from tests.factories import values
from tests.unit.auth.gate import SteadyClock
from tests.unit.auth.issuing import AUDIENCE, ISSUER, SECONDS, claims, key_set, signed


def settings(url: str) -> AuthSettings:
    return AuthSettings(jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwt_jwks_url=url, jwt_user_claim="uid", jwt_leeway=5.0)


async def test_a_token_is_verified_with_the_keys_that_are_published() -> None:
    async def keys(_: web.Request) -> web.Response:
        return web.Response(body=key_set())

    app, catalog = web.Application(), MemoryCatalog(ids=SystemIds(), clock=SteadyClock())
    app.router.add_get("/keys", keys)
    user = replace(values.user(), identities=frozenset({Identity(ISSUER, "u1")}))
    await catalog.create_account(values.account(), user)
    async with TestServer(app) as server, AsyncExitStack() as stack:
        verifier = jwts(settings(str(server.make_url("/keys"))), catalog, SteadyClock(), stack)
        assert verifier
        assert (await verifier.verify(signed("ES256", claims(uid="u1", exp=SECONDS - 4)))).user == user.id
        for other in (claims(uid="u1", exp=SECONDS - 5), claims(sub="u1"), claims(uid="u2")):
            with pytest.raises(NotAuthenticated):
                await verifier.verify(signed("ES256", other))


async def test_an_issuer_that_is_away_is_told_as_such() -> None:
    async with AsyncExitStack() as stack:
        catalog = MemoryCatalog(ids=SystemIds(), clock=SteadyClock())
        verifier = jwts(settings("http://127.0.0.1:1/keys"), catalog, SteadyClock(), stack)
        assert verifier
        with pytest.raises(IssuerUnavailable):
            await verifier.verify(signed("ES256"))


async def test_without_an_issuer_no_token_is_one() -> None:
    async with AsyncExitStack() as stack:
        catalog = MemoryCatalog(ids=SystemIds(), clock=SteadyClock())
        assert jwts(AuthSettings(), catalog, SteadyClock(), stack) is None
