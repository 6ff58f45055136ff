"""A house with an object in place that is about to be overwritten, and what must be true of it whatever becomes of that."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from buckets.ports import BlobStore
from tests.factories.bodies import noise
from tests.http.house import House, served
from tests.http.wire import ask

FRONTS = ["/photos/a", "/v1/objects/photos/a"]
CANARY = b"canary in a coal mine"
OLD, NEW = noise(7_000), noise(10_000)


@asynccontextmanager
async def furnished(store: BlobStore) -> AsyncIterator[House]:
    """With the object, and the canary that every connection should still be able to read."""
    async with served(House(store=store)) as house:
        for key, body in (("canary", CANARY), ("a", OLD)):
            assert (await ask(house, "PUT", f"/photos/{key}", body=body)).status == 200
        yield house


@contextmanager
def untouched(house: House) -> Iterator[None]:
    """Whatever is known of objects is the same afterwards, seen past every port."""
    before = known(house)
    yield
    assert known(house) == before


def known(house: House) -> Sequence[object]:
    catalog = house.catalog
    return [repr(each) for each in (catalog.current, catalog.versions, catalog.usage, catalog.operations, catalog.blobs)]


async def reads(house: House) -> bytes:
    reply = await ask(house, "GET", "/photos/a")
    assert reply.status == 200
    assert reply.headers["etag"] == f'"{hashlib.md5(reply.body, usedforsecurity=False).hexdigest()}"'
    return reply.body


def assert_charged_once(house: House, size: int) -> None:
    """For the canary, and for one version of the other."""
    [usage] = house.catalog.usage.values()
    assert (usage.stored_objects, usage.stored_bytes) == (2, len(CANARY) + size)
