"""A house, served, for each test that asks for one."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.http import house as houses
from tests.http.honest import HonestFront
from tests.http.house import House, served
from tests.http.wire import ask


@pytest.fixture(autouse=True)
def honest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the JSON API answers in a test is what the table of its routes says."""
    objections: list[str] = []
    monkeypatch.setattr(HonestFront, "object_to", objections.append, raising=False)
    monkeypatch.setattr(houses, "RestFront", HonestFront)
    yield
    assert not objections


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
