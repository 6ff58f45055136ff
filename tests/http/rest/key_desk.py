"""People with API keys, and what they ask about keys over the JSON API."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from buckets.model.account import Role, User
from buckets.model.action import Access
from buckets.model.credential import ApiKey
from buckets.model.grant import Grant, actions_of
from buckets.names import CredentialId
from gateway.auth import tokens
from tests.factories import values
from tests.factories.values import IDS
from tests.http.house import House
from tests.http.rest.talk import says
from tests.http.wire import Reply, connected, request

JSON = ("Content-Type", "application/json")
BASE = "https://files.example.org"
KEYS = "/v1/keys"
READER = Grant(actions=actions_of(Access.READ))
UNLIMITED = {"actions": None, "places": None, "networks": None, "acts_as": False, "expires_at": None}
NARROW: dict[str, Any] = {
    "actions": ["get_object", "list_objects"],
    "places": [{"bucket": "photos", "prefix": "cards/\u00e9"}, {"bucket": "photos2", "prefix": ""}],
    "networks": ["127.0.0.0/8", "2001:db8::/32"],
    "acts_as": False,
    "expires_at": "2036-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Person:
    """A user with an API key."""

    user: User
    token: str
    key: CredentialId


async def person(
    house: House,
    role: Role = Role.USER,
    *,
    account: str = "123456789012",
    grant: Grant | None = None,
    user: User | None = None,
    expires_at: datetime | None = None,
) -> Person:
    """A user, or one that is there, with a key of this reach."""
    user = user or values.user(account, role)
    await house.catalog.ensure_user(user)
    minted, number = tokens.mint(IDS), CredentialId(IDS.uuid7())
    key = ApiKey(
        id=number,
        account=user.account,
        owner=user.id,
        role=user.role,
        token_hash=minted.token_hash,
        prefix=minted.prefix,
        grant=grant or Grant(),
        expires_at=expires_at,
    )
    await house.catalog.add_api_key(key, name="test")
    return Person(user, minted.token, number)


async def ask(house: House, token: str, method: str, target: str, document: Any = None, *headers: tuple[str, str]) -> Reply:
    body = b"" if document is None else json.dumps(document).encode()
    said = [("Authorization", f"Bearer {token}"), *([JSON] if body else []), *headers]
    async with connected(house) as wire:
        await wire.send(request(method, target, said, body))
        return await wire.reply(to=method)


async def make(house: House, document: Any, by: Person | None = None) -> Reply:
    return await ask(house, by.token if by else house.alice.token, "POST", KEYS, document)


async def made(house: House, by: Person | None = None, /, **terms: Any) -> Any:
    """What is told of a key that must be made."""
    reply = await make(house, {"name": "made", "kind": "bearer", **terms}, by)
    assert reply.status == 201, reply
    return says(reply)


async def opens(house: House, token: str) -> bool:
    reply = await ask(house, token, "GET", "/v1/buckets")
    assert reply.status in {200, 401}
    return reply.status == 200


async def listed(house: House, by: Person, query: str = "") -> set[str]:
    reply = await ask(house, by.token, "GET", f"{KEYS}?limit=1000{query}")
    assert reply.status == 200, reply
    return {key["id"] for key in says(reply)["keys"]}
