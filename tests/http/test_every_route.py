"""Every route by every way of saying who one is, and by every role: made from the tables of routes, so that none is forgotten.

A route without a row in `route_rows.py` fails. A row says which role may at least. Whoever may not is refused with 401 or 403, and
what another account has is answered like what does not exist.
"""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from buckets.model.account import Identity, Role, Status, User
from buckets.model.grant import Grant
from buckets.names import CredentialId, UserId
from buckets.settings import Secret
from gateway.auth import keys
from gateway.auth.jwt.issuer import Issuer
from gateway.rest import routes
from gateway.rest.route import PublicRoute, Route
from gateway.s3.request import Kind
from gateway.s3.router import OPERATIONS, Operation
from gateway.system import SystemClock
from tests.factories import values
from tests.http.house import IDS, House, Tenant, served
from tests.http.route_rows import PASSWORD, REST, ROLES, S3, Row, said
from tests.http.test_presigned import presign, use
from tests.http.wire import Reply, connected, request, sign
from tests.unit.auth.issuing import ISSUER, SUBJECT, Published, claims
from tests.unit.auth.issuing import signed as jwt

GUARDED = [route for route in routes.ROUTES if not isinstance(route, PublicRoute)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the table has it."""

    method: str
    target: str
    row: Row

    async def by(self, house: House, *headers: tuple[str, str]) -> Reply:
        async with connected(house) as wire:
            await wire.send(request(self.method, self.target, [*self.row.headers, *headers], self.row.body))
            return await wire.reply(to=self.method)

    async def with_token(self, house: House, token: str, *headers: tuple[str, str]) -> Reply:
        return await self.by(house, ("Authorization", f"Bearer {token}"), *headers)

    async def signed(self, house: House, pair: keys.MintedPair) -> Reply:
        headers = sign(pair, self.method, self.target, house.port, headers=self.row.headers, body=self.row.body)
        async with connected(house) as wire:
            await wire.send(request(self.method, self.target, headers, self.row.body))
            return await wire.reply(to=self.method)

    async def presigned(self, house: House, **how: Any) -> Reply:
        amz = [(name, value) for name, value in self.row.headers if name.startswith("x-amz-")]
        link = presign(house, self.method, self.target, headers=amz, **how)
        return await use(house, self.method, link, headers=self.row.headers, body=self.row.body)


def rest_request(house: House, route: Route, *, nowhere: bool = False) -> Asked:
    row = REST[route.name]
    parts = {
        "bucket": "nowhere" if nowhere else "photos",
        "key": "k",
        "credential": str(IDS.uuid7() if nowhere else key_of(house, somebody(house))),
        "job": str(IDS.uuid7()),
        "session": str(IDS.uuid7()),
        "user": str(IDS.uuid7() if nowhere else somebody(house)),
        "account": "999999999999" if nowhere else str(house.alice.user.account),
    }
    return Asked(route.method, f"/v1/{route.path.format(**parts)}{'?' if row.query else ''}{row.query}", row)


def s3_request(house: House, operation: Operation, *, nowhere: bool = False) -> Asked:
    row = S3[operation.name]
    bucket = "nowhere" if nowhere else "another" if operation.name == "CreateBucket" else "photos"
    path = {Kind.SERVICE: "/", Kind.BUCKET: f"/{bucket}", Kind.OBJECT: f"/{bucket}/k"}[operation.kind]
    return Asked(operation.method, f"{path}{'?' if row.query else ''}{row.query}", row)


def somebody(house: House) -> UserId:
    """Else of the account."""
    return next(user for user in house.catalog.users if user != house.alice.user.id)


def key_of(house: House, user: UserId) -> CredentialId:
    return next(key.id for key in house.catalog.keys.values() if key.owner == user)


Make = Callable[..., Asked]
EVERY = [
    *(pytest.param(rest_request, route, id=f"rest-{route.name}") for route in GUARDED),
    *(pytest.param(s3_request, operation, id=f"s3-{operation.name}") for operation in OPERATIONS),
]
each = pytest.mark.parametrize(("make", "route"), EVERY)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """One whose people may also be signed in elsewhere."""
    issuer = Issuer(Published().fetch, clock=SystemClock())
    async with served(House(issuer=issuer)) as house:
        yield house
    await issuer.close()


@pytest.fixture(autouse=True)
async def furnished(house: House) -> None:
    """What the requests are about."""
    known = house.catalog.users[house.alice.user.id]
    identity = frozenset({Identity(ISSUER, SUBJECT)})
    house.catalog.users[known.id] = replace(known, email="ada@example.org", identities=identity)
    await give_password(house, known)
    house.catalog.accounts[house.alice.user.account] = replace(house.catalog.accounts[house.alice.user.account], operates=True)
    other = values.user(house.alice.user.account, Role.USER)
    house.catalog.users[other.id] = other
    await house.token_of(other)
    for key in ("k", "source"):
        reply = await Asked("PUT", f"/photos/{key}", Row(least=Role.USER, body=b"hello")).with_token(house, house.alice.token)
        assert reply.status == 200


async def colleague(house: House, role: Role) -> Tenant:
    account = house.catalog.accounts[house.alice.user.account]
    there = await house.tenant(account.id, f"of-{role}", role)
    house.catalog.accounts[account.id] = account
    await give_password(house, there.user)
    return there


async def give_password(house: House, user: User) -> None:
    house.catalog.passwords[user.id] = await house.passwords.hash(Secret(PASSWORD))


async def session_of(house: House) -> str:
    """The token of the first tenant, signed in."""
    row = said({"email": "ada@example.org", "password": PASSWORD}, least=Role.READ_ONLY)
    reply = await Asked("POST", "/v1/sessions", row).by(house)
    return str(json.loads(reply.body)["token"])


def signed_elsewhere() -> str:
    now = int(time.time())
    return jwt("ES256", claims(iat=now, exp=now + 600))


def refused(reply: Reply) -> bool:
    """Of many deletions each is answered by itself."""
    return reply.status in (401, 403) or b"<Key>k</Key><Code>AccessDenied</Code>" in reply.body


def test_every_route_has_a_row() -> None:
    assert {route.name for route in GUARDED} == REST.keys()
    assert {operation.name for operation in OPERATIONS} == S3.keys()


@each
async def test_nobody_is_refused(house: House, make: Make, route: Any) -> None:
    before = dict(house.catalog.current)
    assert refused(await make(house, route).by(house))
    assert house.catalog.current == before


@each
@pytest.mark.parametrize("way", ["header", "presigned", "api key", "jwt", "session"])
async def test_whoever_may_is_let_in_by_every_credential(house: House, make: Make, route: Any, way: str) -> None:
    asked = make(house, route)
    match way:
        case "header":
            reply = await asked.signed(house, house.alice.pair)
        case "presigned":
            reply = await asked.presigned(house)
        case "jwt":
            reply = await asked.with_token(house, signed_elsewhere())
        case "session":
            reply = await asked.with_token(house, await session_of(house))
        case _:
            reply = await asked.with_token(house, house.alice.token)
    if way == "session" and make is s3_request:
        assert refused(reply), "a person signs in to the JSON API only"
    else:
        assert reply.status < 400 or reply.status in (404, 409), reply


@each
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_what_its_row_says(house: House, make: Make, route: Any, role: Role) -> None:
    asked = make(house, route)
    reply = await asked.with_token(house, (await colleague(house, role)).token)
    may = ROLES.index(role) >= ROLES.index(asked.row.least)
    assert refused(reply) is not may, reply


async def _wrong_secret(house: House, asked: Asked) -> Reply:
    return await asked.signed(house, keys.MintedPair(house.alice.pair.access_key, "x" * 40))


async def _unknown_key(house: House, asked: Asked) -> Reply:
    return await asked.signed(house, keys.mint(IDS))


async def _unknown_token(house: House, asked: Asked) -> Reply:
    return await asked.with_token(house, house.alice.token[:-1] + ("A" if house.alice.token[-1] != "A" else "B"))


async def _link_that_has_run_out(house: House, asked: Asked) -> Reply:
    return await asked.presigned(house, expires=60, ago=timedelta(minutes=2))


async def _expired(house: House, asked: Asked) -> Reply:
    there = house.catalog
    past = datetime.now(UTC) - timedelta(seconds=1)
    there.keys |= {each: replace(key, expires_at=past) for each, key in there.keys.items()}
    return await asked.with_token(house, house.alice.token)


async def _suspended(house: House, asked: Asked) -> Reply:
    user = house.alice.user
    house.catalog.users[user.id] = replace(user, status=Status.SUSPENDED)
    return await asked.signed(house, house.alice.pair)


async def _of_a_suspended_account(house: House, asked: Asked) -> Reply:
    account = house.catalog.accounts[house.alice.user.account]
    house.catalog.accounts[account.id] = replace(account, status=Status.SUSPENDED)
    return await asked.with_token(house, house.alice.token)


async def _acting_without_the_right(house: House, asked: Asked) -> Reply:
    return await asked.with_token(house, house.alice.token, ("Seawall-User", str(house.alice.user.id)))


async def _out_of_scope(house: House, asked: Asked) -> Reply:
    there = house.catalog
    there.api_keys |= {each: replace(key, grant=Grant(actions=frozenset())) for each, key in there.api_keys.items()}
    return await asked.with_token(house, house.alice.token)


async def _ended_session(house: House, asked: Asked) -> Reply:
    token = await session_of(house)
    await Asked("DELETE", "/v1/sessions/current", Row(least=Role.READ_ONLY)).with_token(house, token)
    return await asked.with_token(house, token)


async def _signed_by_another(house: House, asked: Asked) -> Reply:
    head, body, signature = signed_elsewhere().split(".")
    return await asked.with_token(house, f"{head}.{body}.{signature[::-1]}")


BAD: Mapping[str, Callable[[House, Asked], Awaitable[Reply]]] = {
    "a wrong secret": _wrong_secret,
    "an unknown key pair": _unknown_key,
    "an unknown token": _unknown_token,
    "a link that has run out": _link_that_has_run_out,
    "an expired key": _expired,
    "a session that has ended": _ended_session,
    "a token that nobody has signed": _signed_by_another,
    "a suspended user": _suspended,
    "a suspended account": _of_a_suspended_account,
    "no right to act for others": _acting_without_the_right,
    "a scope of nothing": _out_of_scope,
}
ABOUT_ONESELF = {"GetMe", "GetAccount", "ListAccounts", "GetJob", "Explain"}
"""Whoever is known at all may ask who it is, however little its key may do."""


@each
@pytest.mark.parametrize("how", BAD)
async def test_a_credential_that_does_not_hold_opens_nothing(house: House, make: Make, route: Any, how: str) -> None:
    reply = await BAD[how](house, make(house, route))
    if how == "a scope of nothing" and route.name in ABOUT_ONESELF:
        assert reply.status in (200, 404)
    else:
        assert refused(reply), reply


@each
async def test_another_account_is_answered_like_what_is_not_there(house: House, make: Make, route: Any) -> None:
    bob = await house.tenant("210987654321", "theirs")
    await give_password(house, bob.user)
    here, nowhere = make(house, route), make(house, route, nowhere=True)
    before = dict(house.catalog.current)
    got, lost = await here.with_token(house, bob.token), await nowhere.with_token(house, bob.token)
    if here.row.shared:
        assert got.status < 400
        assert b"photos" not in got.body.replace(b"photos/copied", b"")
    else:
        assert (got.status, got.code()) == (lost.status, lost.code())
        assert got.status in (403, 404)
    assert house.catalog.current == before


@each
async def test_a_service_may_for_a_user_what_both_may(house: House, make: Make, route: Any) -> None:
    service = await colleague(house, Role.SERVICE)
    there = house.catalog
    there.api_keys |= {each: replace(key, grant=Grant(acts_as=True)) for each, key in there.api_keys.items()}
    asked = make(house, route)
    reply = await asked.with_token(house, service.token, ("Seawall-User", str(house.alice.user.id)))
    beyond = ROLES.index(asked.row.least) > ROLES.index(Role.SERVICE)
    assert refused(reply) is (beyond or asked.row.in_person), reply
