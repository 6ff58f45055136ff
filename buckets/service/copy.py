"""Copying an object: within a placement no bytes move, the new version refers to the same blobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from buckets.errors import CopyOntoItself
from buckets.model.bucket import Bucket, Visibility
from buckets.model.commit import UNCONDITIONAL, Committed, Condition, Idempotency, Origin, PutItem, Repeatable
from buckets.model.version import Content, Head
from buckets.names import ObjectKey, VersionId
from buckets.ports import Claims, Ids, Objects
from buckets.service.committer import Committer
from buckets.service.put import PutObject, Upload
from buckets.service.read import ReadObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is to be copied: what a name points to, or one of its versions. `see` raises where it is not to be seen."""

    bucket: Bucket
    key: ObjectKey
    version: VersionId | None = None
    see: Callable[[Head], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Target:
    """The name that a copy gets."""

    bucket: Bucket
    key: ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said about bytes, in place of what was said before."""

    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerms:
    """How a copy differs from its source, and when it may be made. What is not given is the source's own."""

    words: Words | None = None
    tags: Mapping[str, str] | None = None
    visibility: Visibility | None = None
    condition: Condition = UNCONDITIONAL
    repeatable: Repeatable | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        return self.repeatable.over() if self.repeatable else None

    def applied_to(self, content: Content) -> Content:
        if self.words:
            words = self.words
            content = replace(content, content_type=words.content_type, headers=words.headers, metadata=words.metadata)
        return content if self.tags is None else replace(content, tags=self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyObject:
    """Makes one name's object another name's too. Extents never cross an account or a placement: there the bytes are sent."""

    objects: Objects
    read: ReadObject
    put: PutObject
    committer: Committer
    ids: Ids

    async def __call__(self, source: Source, target: Target, origin: Origin, terms: CopyTerms) -> tuple[Head | None, Committed]:
        """The source as it was copied, and the copy. A copy that was made before is answered as then, and without its source."""
        before = await self._before(target, origin, terms)
        if before:
            return None, Committed(before, replayed=True)
        _must_differ(source, target, terms)
        head = await self.read.head(source.bucket, source.key, source.version)
        source.see(head)
        if (source.bucket.account, source.bucket.placement) != (target.bucket.account, target.bucket.placement):
            return head, await self._send(replace(source, version=head.version), target, origin, terms)
        return head, await self.committer.put("copy", await self._item(head, target, origin, terms))

    async def _before(self, target: Target, origin: Origin, terms: CopyTerms) -> Head | None:
        if terms.idempotency is None:
            return None
        return await self.objects.find_answer((target.bucket.account, origin.caller.user), terms.idempotency)

    async def _item(self, head: Head, target: Target, origin: Origin, terms: CopyTerms) -> PutItem:
        return PutItem(
            operation=self.ids.uuid7(),
            bucket=target.bucket,
            key=target.key,
            content=terms.applied_to(head.content),
            blobs=[],
            extents=await self.read.extents(head),
            origin=origin,
            condition=terms.condition,
            idempotency=terms.idempotency,
            state=head.state,
            visibility=terms.visibility or head.visibility,
        )

    async def _send(self, source: Source, target: Target, origin: Origin, terms: CopyTerms) -> Committed:
        """Out of one store into the other: of the version that was looked up, or not at all."""
        async with await self.read.open(source.bucket, source.key, version=source.version) as reading:
            content = terms.applied_to(reading.head.content)
            upload = Upload(
                body=reading.chunks,
                claims=Claims(size=content.size),
                content_type=content.content_type,
                headers=content.headers,
                metadata=content.metadata,
                tags=content.tags,
                filename=content.filename,
                visibility=terms.visibility or reading.head.visibility,
                condition=terms.condition,
                repeatable=terms.idempotency,
            )
            return await self.put(target.bucket, target.key, upload, origin)


def _must_differ(source: Source, target: Target, terms: CopyTerms) -> None:
    onto_itself = (source.bucket.id, source.key, source.version) == (target.bucket.id, target.key, None)
    if onto_itself and terms.words is None and terms.tags is None:
        raise CopyOntoItself
