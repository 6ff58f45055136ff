"""What the machine asks of a world, in the machine's words: places instead of buckets and keys, bodies instead of streams."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from awscrt.checksums import crc32c

from buckets.errors import StorageError
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Deleted, PutItem
from buckets.model.version import Content, Digests, Head
from buckets.names import ObjectKey
from buckets.ports import Claims
from buckets.ranges import ByteRange
from buckets.service.put import Upload
from tests.factories import bodies, values
from tests.model.world import World

Place: TypeAlias = tuple[int, str]
"""The number of a bucket, and a key in it."""


class Client:
    """Somebody who uses a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def put(
        self,
        place: Place,
        body: AsyncIterator[bytes],
        *,
        person: int = 0,
        claims: Claims | None = None,
        metadata: Mapping[str, str] | None = None,
        condition: Condition = UNCONDITIONAL,
    ) -> Head:
        upload = Upload(
            body=body, claims=claims or Claims(), content_type="text/plain", metadata=metadata or {}, condition=condition
        )
        return await self._world.put(*self._named(place), upload, values.origin(self._world.people[person]))

    async def race(self, place: Place, contents: Sequence[bytes], *, condition: Condition) -> list[Head | StorageError]:
        """All of them at once; person by person in turn."""
        attempts = (
            _outcome(self.put(place, bodies.body(content), person=writer % 2, condition=condition))
            for writer, content in enumerate(contents)
        )
        return await asyncio.gather(*attempts)

    async def delete(self, place: Place, *, person: int, forever: bool, condition: Condition) -> Deleted:
        origin = values.origin(self._world.people[person])
        return await self._world.remove(*self._named(place), origin, condition=condition, forever=forever)

    async def copy(self, source: Place, target: Place, *, person: int) -> Head:
        origin = values.origin(self._world.people[person])
        return await self._world.copy(*self._named(source), *self._named(target), origin)

    async def join(self, sources: Sequence[Place], target: Place, body: bytes, *, person: int) -> Head:
        """A new version over what others refer to, as an upload in parts will end."""
        heads = [await self._world.read.head(*self._named(source)) for source in sources]
        bucket, key = self._named(target)
        item = PutItem(
            operation=values.IDS.uuid7(),
            bucket=bucket,
            key=key,
            origin=values.origin(self._world.people[person]),
            content=_content(body),
            blobs=[],
            extents=[extent for head in heads for extent in await self._world.read.extents(head)],
        )
        return (await self._world.committer.put("join", item)).head

    async def read(self, place: Place, wanted: ByteRange | None = None) -> bytes:
        async with self._world.read.open(*self._named(place), wanted) as reading:
            return b"".join([chunk async for chunk in reading.chunks])

    async def read_during(self, place: Place, meanwhile: Callable[[], Awaitable[None]]) -> bytes:
        """Something else happens behind the first chunk."""
        async with self._world.read.open(*self._named(place)) as reading:
            first = await anext(reading.chunks, b"")
            await meanwhile()
            return b"".join([first, *[chunk async for chunk in reading.chunks]])

    async def page(self, number: int, *, first: str = "", before: str | None = None, limit: int = 1000) -> list[Head]:
        bucket = self._world.buckets[number]
        return list(await self._world.ports.catalog.page_heads(bucket.id, first=first, before=before, limit=limit))

    def _named(self, place: Place) -> tuple[Bucket, ObjectKey]:
        number, key = place
        return self._world.buckets[number], ObjectKey(key)


def etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _content(body: bytes) -> Content:
    return Content(size=len(body), digests=Digests(etag=etag(body), crc32c=crc32c(body)), content_type="text/plain")


async def _outcome(attempt: Awaitable[Head]) -> Head | StorageError:
    try:
        return await attempt
    except StorageError as fault:
        return fault
