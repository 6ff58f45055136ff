"""What the `Running` port promises."""

import asyncio
from collections.abc import Sequence

import pytest

from buckets.errors import RequestRunning
from buckets.model.commit import Owner
from buckets.names import AccountId, UserId
from buckets.ports import Running
from tests.factories.values import IDS


def somebody() -> Owner:
    return AccountId("123456789012"), UserId(IDS.uuid7())


class RunningSuite:
    """A subclass supplies the fixture `processes`: two of them that know of each other, or the same one twice."""

    @pytest.fixture
    def owner(self) -> Owner:
        return somebody()

    async def test_a_key_that_is_held_is_refused_to_everybody_else(self, processes: Sequence[Running], owner: Owner) -> None:
        async with processes[0].hold(owner, "key"):
            for process in processes:
                with pytest.raises(RequestRunning):
                    await process.hold(owner, "key").__aenter__()

    async def test_a_key_that_was_let_go_can_be_held_again(self, processes: Sequence[Running], owner: Owner) -> None:
        for process in (*processes, *processes):
            async with process.hold(owner, "key"):
                pass

    async def test_a_request_that_fails_lets_go(self, processes: Sequence[Running], owner: Owner) -> None:
        with pytest.raises(ZeroDivisionError):
            async with processes[0].hold(owner, "key"):
                raise ZeroDivisionError
        async with processes[1].hold(owner, "key"):
            pass

    async def test_being_refused_lets_go_of_nothing(self, processes: Sequence[Running], owner: Owner) -> None:
        async with processes[0].hold(owner, "key"):
            for process in (*processes, *processes):
                with pytest.raises(RequestRunning):
                    await process.hold(owner, "key").__aenter__()

    async def test_owners_and_keys_have_nothing_to_do_with_each_other(self, processes: Sequence[Running], owner: Owner) -> None:
        async with (
            processes[0].hold(owner, "key"),
            processes[1].hold(somebody(), "key"),
            processes[1].hold(owner, "another"),
            processes[1].hold(owner, "key\n:*"),
        ):
            pass

    async def test_of_many_at_once_one_holds(self, processes: Sequence[Running], owner: Owner) -> None:
        tried = asyncio.Barrier(20)

        async def attempt(process: Running) -> bool:
            try:
                async with process.hold(owner, "key"):
                    await tried.wait()
                    return True
            except RequestRunning:
                await tried.wait()
                return False

        attempts = [attempt(processes[number % 2]) for number in range(20)]
        assert (await asyncio.wait_for(asyncio.gather(*attempts), 30)).count(True) == 1
