"""Who deals with keys: nobody in the name of another, for what is made then would outlast that."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from buckets.errors import NotPermitted
from buckets.memory.catalog import MemoryCatalog
from buckets.model.account import User
from buckets.model.credential import KeyKind, Terms
from buckets.names import CredentialId
from gateway.auth.credentials import GuardedKeys, KeyServices
from gateway.auth.minting import Minting
from gateway.auth.permit import Permit, Request
from gateway.auth.seal import Seal
from tests.factories import values
from tests.factories.values import IDS, ManualClock

TERMS = Terms(name="test", kind=KeyKind.BEARER)
NUMBER = CredentialId(IDS.uuid7())


def guarded(catalog: MemoryCatalog, user: User, actor: User | None = None) -> GuardedKeys:
    caller = replace(values.caller(user), actor=actor.id if actor else None)
    mint = Minting(credentials=catalog, seal=Seal(IDS.secret(32), ids=IDS), ids=IDS)
    services = KeyServices(accounts=catalog, credentials=catalog, mint=mint, clock=catalog.clock)
    return GuardedKeys(Permit(who=caller, request=Request(id="TEST"), buckets=catalog), services)


@pytest.fixture
async def owner() -> User:
    return values.user()


@pytest.fixture
async def catalog(owner: User) -> MemoryCatalog:
    catalog = MemoryCatalog(ids=IDS, clock=ManualClock())
    await catalog.create_account(values.account(), owner)
    return catalog


@pytest.mark.parametrize(
    "attempt",
    [
        lambda keys: keys.mint(TERMS),
        lambda keys: keys.rotate(NUMBER, timedelta()),
        lambda keys: keys.find(NUMBER),
        lambda keys: keys.page(limit=9),
        lambda keys: keys.revoke(NUMBER),
    ],
    ids=["mint", "rotate", "find", "page", "revoke"],
)
async def test_who_acts_for_another_does_nothing_with_keys(
    attempt: Callable[[GuardedKeys], Awaitable[object]], catalog: MemoryCatalog, owner: User
) -> None:
    """Attack 64."""
    with pytest.raises(NotPermitted):
        await attempt(guarded(catalog, owner, actor=values.user()))
    assert not catalog.keys


async def test_a_secret_is_in_no_representation(catalog: MemoryCatalog, owner: User) -> None:
    minted = await guarded(catalog, owner).mint(TERMS)
    assert minted.secret
    assert minted.secret not in repr(minted)
