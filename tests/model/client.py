"""What the machine asks of a world, in the machine's words: places instead of buckets and keys, bodies instead of streams."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

from awscrt.checksums import crc32c

from buckets.errors import StorageError
from buckets.key_range import KeyRange
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Deleted, Origin, PutItem
from buckets.model.page import Folder, Order
from buckets.model.version import Content, Digests, Head, Kept
from buckets.names import BucketId, ObjectKey
from buckets.ports import Claims
from buckets.ranges import ByteRange
from buckets.service.copy import CopyTerms, Source, Target
from buckets.service.edit import Edits
from buckets.service.listing import Listed, Listing, ListObjects
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
        return (await self._world.put(*self._named(place), upload, values.origin(self._world.people[person]))).head

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
        _, copied = await self._world.copy(self._source(source), Target(*self._named(target)), origin, CopyTerms())
        return copied.head

    async def edit(self, place: Place, metadata: Mapping[str, str | None], *, person: int) -> Head:
        origin = values.origin(self._world.people[person])
        return await self._world.edit(*self._named(place), Edits(metadata=metadata), origin)

    async def restore(self, place: Place, *, person: int) -> Head:
        origin = values.origin(self._world.people[person])
        return (await self._world.restore(*self._named(place), origin)).head

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
        async with await self._world.read.open(*self._named(place), lambda _: wanted) as reading:
            return b"".join([chunk async for chunk in reading.chunks])

    async def read_during(self, place: Place, meanwhile: Callable[[], Awaitable[None]]) -> bytes:
        """Something else happens behind the first chunk."""
        async with await self._world.read.open(*self._named(place)) as reading:
            first = await anext(reading.chunks, b"")
            await meanwhile()
            return b"".join([first, *[chunk async for chunk in reading.chunks]])

    async def page(self, number: int, *, first: str = "", before: str | None = None, limit: int = 1000) -> list[Head]:
        bucket = self._world.buckets[number]
        return list(await self._world.ports.catalog.page_heads(bucket.id, KeyRange(first, before), limit=limit))

    async def folders(self, number: int, *, prefix: str, delimiter: str, limit: int) -> list[str]:
        """What all pages of a list tell, keys and folders alike."""
        bucket, told = self._world.buckets[number], [""]
        listing = ListObjects(objects=self._world.ports.catalog)
        page = Listed([], more=True)
        while page.more:
            page = await listing(bucket, Listing(prefix=prefix, delimiter=delimiter, behind=told[-1], limit=limit))
            told += [entry.prefix if isinstance(entry, Folder) else entry.key for entry in page.entries]
        return told[1:]

    async def ranked(self, number: int, *, falling: bool, limit: int) -> list[Head]:
        """All pages of the list by size."""
        bucket, found = self._world.buckets[number], list[Head]()
        page = await self._world.ports.catalog.page_ranked(bucket.id, Order.SIZE, falling=falling, limit=limit)
        while page.more:
            found += page.heads
            page = await self._world.ports.catalog.page_ranked(bucket.id, Order.SIZE, falling=falling, after=page.more, limit=limit)
        return [*found, *page.heads]

    async def versions(self, place: Place) -> list[Kept]:
        bucket, key = self._named(place)
        return list(await self._world.ports.catalog.page_versions(bucket.id, key, limit=1000))

    async def rule(self, number: int, **rules: Any) -> None:
        """Give a bucket other rules."""
        catalog, buckets = self._world.ports.catalog, self._world.buckets
        buckets[number] = await catalog.change_bucket(replace(buckets[number], **rules), origin=self._origin())

    async def delete_bucket(self, number: int, *, force: bool) -> None:
        """Another takes its place."""
        catalog, buckets = self._world.ports.catalog, self._world.buckets
        await catalog.delete_bucket(buckets[number], origin=self._origin(), force=force)
        fresh = replace(buckets[number], id=BucketId(values.IDS.uuid7()), trash=timedelta(days=7), revision=1)
        buckets[number] = (await catalog.create_bucket(fresh)).bucket

    def _origin(self) -> Origin:
        return values.origin(self._world.people[0])

    def _source(self, place: Place) -> Source:
        bucket, key = self._named(place)
        return Source(bucket=bucket, key=key)

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
