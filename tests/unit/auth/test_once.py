"""Requests that their callers have named: of those under one key, one runs at a time."""

from contextlib import AsyncExitStack

import pytest

from buckets.errors import RequestRunning
from buckets.memory.catalog import MemoryCatalog
from buckets.memory.locks import MemoryLocks
from buckets.model.account import User
from buckets.model.commit import Repeatable
from gateway.auth.once import once
from gateway.auth.permit import Permit, Request
from tests.factories.values import IDS, ManualClock, caller, user


@pytest.fixture
def locks() -> MemoryLocks:
    return MemoryLocks(ManualClock())


@pytest.fixture
def permit() -> Permit:
    return permit_of(user())


def permit_of(one: User) -> Permit:
    return Permit(who=caller(one), request=Request(id="TEST"), buckets=MemoryCatalog(ids=IDS, clock=ManualClock()))


def named(key: str = "key", terms: bytes = b"") -> Repeatable:
    return Repeatable(key, terms)


async def test_another_under_the_same_key_is_refused_whatever_it_says(locks: MemoryLocks, permit: Permit) -> None:
    async with once(locks, permit, named()):
        for _ in range(2):
            with pytest.raises(RequestRunning):
                await once(locks, permit, named(terms=b"others")).__aenter__()
    async with once(locks, permit, named()):
        pass


async def test_owners_and_keys_have_nothing_to_do_with_each_other(locks: MemoryLocks, permit: Permit) -> None:
    others = [(permit_of(user()), "key"), (permit_of(user("210987654321")), "key"), (permit, "another"), (permit, "key\n:*")]
    async with once(locks, permit, named()), AsyncExitStack() as stack:
        for other, key in others:
            await stack.enter_async_context(once(locks, other, named(key)))
        assert len(locks._held) == 5


async def test_requests_without_a_name_do_not_mind_each_other(locks: MemoryLocks, permit: Permit) -> None:
    async with once(locks, permit, None), once(locks, permit, None):
        assert not locks._held


async def test_what_the_request_itself_fails_with_comes_through(locks: MemoryLocks, permit: Permit) -> None:
    with pytest.raises(ZeroDivisionError):
        async with once(locks, permit, named()):
            raise ZeroDivisionError
    assert not locks._held
