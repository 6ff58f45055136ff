"""A house, served, for each test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from tests.http.house import House, served
from tests.http.wire import ask


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with served(House()) as house:
        yield house


@pytest.fixture
async def canary(house: House) -> House:
    """With an object that every connection should still be able to read."""
    reply = await ask(house, "PUT", "/photos/canary", body=b"canary in a coal mine")
    assert reply.status == 200
    return house
