"""What every catalog promises about how people sign in."""

import asyncio
from dataclasses import replace

import pytest

from buckets.model.account import Caller, Identity, Role, Status, User
from tests.factories import values
from tests.fixtures.people import People
from tests.suites.catalog_stage import Stage, Staged

ELSEWHERE = Identity("https://login.example.org/", "user|4711")


class IdentitySuite(Staged):
    """Users as somebody else calls them. A subclass also supplies the fixture `people`."""

    @pytest.fixture
    async def known(self, at: Stage, people: People) -> User:
        user = replace(values.user(role=Role.USER), tier="gold", identities=frozenset({ELSEWHERE, Identity("b", "c")}))
        await people.make(user)
        return user

    async def test_a_user_is_found_by_what_it_is_called_elsewhere(self, at: Stage, known: User) -> None:
        caller = Caller(account=known.account, user=known.id, role=Role.USER, credential=None, tier="gold")
        for identity in known.identities:
            assert await at.catalog.find_caller_by_identity(identity) == caller

    @pytest.mark.parametrize(
        "other",
        [
            Identity("https://login.example.org", "user|4711"),
            Identity("https://login.example.org/", "user|4712"),
            Identity("https://login.example.org/", "USER|4711"),
            Identity("https://login.example.org/", "c"),
            Identity("b", "user|4711"),
            Identity("", ""),
        ],
    )
    async def test_nobody_is_found_by_half_of_it_or_by_what_looks_like_it(self, at: Stage, known: User, other: Identity) -> None:
        assert await at.catalog.find_caller_by_identity(other) is None

    async def test_many_are_found_at_once(self, at: Stage, known: User) -> None:
        identities = [ELSEWHERE, Identity("b", "c"), Identity("b", "d")] * 20
        found = await asyncio.gather(*map(at.catalog.find_caller_by_identity, identities))
        assert [caller is not None for caller in found] == [True, True, False] * 20

    async def test_what_a_user_may_do_is_known_with_the_next_question(self, at: Stage, people: People, known: User) -> None:
        await people.change(replace(known, role=Role.READ_ONLY, tier="bronze"))
        caller = await at.catalog.find_caller_by_identity(ELSEWHERE)
        assert caller
        assert (caller.role, caller.tier) == (Role.READ_ONLY, "bronze")

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
    async def test_who_may_do_nothing_is_not_found(self, at: Stage, people: People, known: User, status: Status) -> None:
        await people.change(replace(known, status=status))
        assert await at.catalog.find_caller_by_identity(ELSEWHERE) is None

    async def test_neither_is_anybody_in_an_account_that_may_do_nothing(self, at: Stage, people: People, known: User) -> None:
        await people.suspend(values.account())
        assert await at.catalog.find_caller_by_identity(ELSEWHERE) is None
