"""The one resolver: every read of an object's bytes goes through here."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from buckets import ranges
from buckets.errors import CatalogBusy, NoSuchObject, NoSuchVersion, SourceMoved
from buckets.model.blob import Extent, Span
from buckets.model.bucket import Bucket
from buckets.model.version import Head
from buckets.names import ObjectKey, VersionId
from buckets.ports import Objects
from buckets.ranges import ByteRange
from buckets.service.verified import VerifiedBytes

_ATTEMPTS = 5


Wanted: TypeAlias = Callable[[Head], ByteRange | None]
"""Which part of an object is wanted, once it is known which object it is; None is all of it."""


def everything(_: Head) -> None:
    """All of it."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """An object, and the part of it that is wanted. The store is not asked before somebody asks for bytes.

    Whatever becomes of its name meanwhile, the object can be read to its end. Leaving the context frees what the bytes hold.
    """

    head: Head
    part: ByteRange | None
    span: Span
    extents: Sequence[Extent]
    verified: VerifiedBytes
    _chunks: AsyncGenerator[bytes, None] | None = field(default=None, init=False)

    async def at_once(self) -> bytes | None:
        """All of what is wanted, where that is little; None where it is to be drawn in chunks."""
        return await self.verified.at_once(self.head.content, self.extents, self.span)

    @property
    def chunks(self) -> AsyncGenerator[bytes, None]:
        if self._chunks is None:
            self._chunks = self.verified.read(self.head.content, self.extents, self.span)
        return self._chunks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._chunks is not None:
            await self._chunks.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadObject:
    """Finds what a name points to and streams it."""

    objects: Objects
    verified: VerifiedBytes

    async def head(self, bucket: Bucket, key: ObjectKey, version: VersionId | None = None) -> Head:
        """What a name points to, or one of its versions."""
        if version is not None:
            return await self._version(bucket, key, version)
        head = await self.objects.find_head(bucket.id, key)
        if head is None:
            raise NoSuchObject(bucket.name, key)
        return head

    async def _version(self, bucket: Bucket, key: ObjectKey, version: VersionId) -> Head:
        head = await self.objects.find_version(bucket.id, key, version)
        if head is None:
            raise NoSuchVersion(bucket.name, key, str(version))
        return head

    async def open(
        self, bucket: Bucket, key: ObjectKey, wanted: Wanted = everything, *, version: VersionId | None = None
    ) -> Reading:
        """A name that is written over and over again is looked up anew until its head and its extents belong together."""
        for _ in range(_ATTEMPTS):
            head = await self.head(bucket, key, version)
            part = wanted(head)
            span = ranges.resolve(part, head.content.size)
            with suppress(SourceMoved):
                extents = await self.extents(head, self.verified.needed(head.content, span))
                return Reading(head=head, part=part, span=span, extents=extents, verified=self.verified)
        raise CatalogBusy

    async def extents(self, head: Head, span: Span | None = None) -> Sequence[Extent]:
        """What holds an object, or a part of it; SourceMoved when its version went away since its head was looked up."""
        span = span or Span(0, head.content.size)
        if head.extents > 1:
            found = await self.objects.load_extents(head.bucket, head.version, span)
        else:
            found = list(ranges.cut([head.first] if head.first else [], span))
        if sum(extent.span.length for extent in found) != span.length:
            raise SourceMoved
        return found
