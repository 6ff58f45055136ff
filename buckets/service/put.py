"""The one write path: RECEIVE, STORED, COMMIT.

RECEIVE may be cut at any moment and leaves at most a blob that nobody refers to, under a lease that runs out. STORED is bytes in
the store that nobody sees. COMMIT is the committer's: once it has begun, neither a client that leaves nor a drain can cut it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from buckets.errors import StoreUnavailable
from buckets.model.blob import Blob, Extent, Span, Stored
from buckets.model.block import BLOCK, SUM
from buckets.model.bucket import Bucket, Visibility
from buckets.model.commit import UNCONDITIONAL, Committed, Condition, Idempotency, Origin, PutItem, Repeatable
from buckets.model.version import Content
from buckets.names import BlobId, ObjectKey
from buckets.ports import BlobStore, Checksums, Claims, Findings, Ids, Phase, Phases
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from buckets.service.sections import sections

_Stored: TypeAlias = Sequence[tuple[BlobId, Stored]]
"""Blobs in the order of their bytes, and what the store says of each."""

SECTION = 8 << 20
"""Bytes of a body of unknown length that are stored under one name; whole blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a caller wants stored."""

    body: AsyncIterator[bytes]
    claims: Claims
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    filename: str | None = None
    visibility: Visibility | None = None
    condition: Condition = UNCONDITIONAL
    repeatable: Repeatable | Idempotency | None = None

    def content(self, findings: Findings) -> Content:
        return Content(
            size=findings.size,
            digests=findings.digests,
            content_type=self.content_type,
            headers=self.headers,
            metadata=self.metadata,
            tags=self.tags,
            filename=self.filename,
        )

    def idempotency(self, findings: Findings) -> Idempotency | None:
        """By what the body was, unless that is known already: the same name for another body is another request."""
        if not isinstance(self.repeatable, Repeatable):
            return self.repeatable
        digests = findings.digests
        return self.repeatable.over(digests.sha256 or b"", digests.etag.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class PutObject:
    """Stores one body as the new version of a name."""

    store: BlobStore
    checksums: Checksums
    names: BlobNames
    ids: Ids
    committer: Committer
    phases: Phases
    limit: int
    section: int = SECTION

    async def __call__(self, bucket: Bucket, key: ObjectKey, upload: Upload, origin: Origin) -> Committed:
        name = await self.names.take(bucket.placement)
        self.phases.reached("put", Phase.RECEIVE)
        stored, findings = await self._receive(name, bucket, upload)
        self.phases.reached("put", Phase.STORED)
        item = self._item(bucket, key, upload, origin, blobs=_blobs(bucket, stored, findings.sums), findings=findings)
        return await self.committer.put("put", item)

    async def _receive(self, name: BlobId, bucket: Bucket, upload: Upload) -> tuple[_Stored, Findings]:
        limit = min(self.limit, bucket.limits.object_bytes or self.limit)
        async with self.checksums.inspect(upload.claims, limit=limit) as inspection:
            body = inspection.watch(upload.body)
            if upload.claims.size is None:
                stored = await self._store_sections(name, bucket, body)
            else:
                stored = [(name, await self.store.put(name, body, size=upload.claims.size))]
            findings = await inspection.findings()
        _must_be(stored, findings)
        return stored, findings

    async def _store_sections(self, name: BlobId, bucket: Bucket, body: AsyncIterator[bytes]) -> _Stored:
        """Nobody knows how long it becomes: what has come of it is stored bit by bit, each under a name of its own."""
        stored: list[tuple[BlobId, Stored]] = []
        async with aclosing(sections(body, self.section)) as parts:
            async for part in parts:
                if stored:
                    name = await self.names.take(bucket.placement)
                stored.append((name, await self.store.put(name, part, size=None)))
        return stored

    def _item(
        self, bucket: Bucket, key: ObjectKey, upload: Upload, origin: Origin, *, blobs: Sequence[Blob], findings: Findings
    ) -> PutItem:
        return PutItem(
            operation=self.ids.uuid7(),
            bucket=bucket,
            key=key,
            content=upload.content(findings),
            blobs=blobs,
            extents=[_whole(blob) for blob in blobs],
            origin=origin,
            condition=upload.condition,
            idempotency=upload.idempotency(findings),
            visibility=upload.visibility,
        )


def _must_be(stored: _Stored, findings: Findings) -> None:
    """What the store holds is what was seen on its way there. Its hash counts where it is that of the whole body."""
    md5 = stored[0][1].md5 if len(stored) == 1 else None
    if sum(each.size for _, each in stored) != findings.size or md5 not in (None, findings.digests.md5):
        raise StoreUnavailable("it stored something else than it was given")


def _blobs(bucket: Bucket, stored: _Stored, sums: bytes) -> Sequence[Blob]:
    """An object without bytes has none; what was stored of it is swept with its lease."""
    blobs, first = list[Blob](), 0
    for name, each in stored:
        past = first + SUM * -(-each.size // BLOCK)
        blobs.append(
            Blob(
                id=name,
                account=bucket.account,
                placement=bucket.placement,
                locator=each.locator,
                size=each.size,
                sums=sums[first:past],
            )
        )
        first = past
    return [blob for blob in blobs if blob.size]


def _whole(blob: Blob) -> Extent:
    return Extent(blob=blob.id, placement=blob.placement, locator=blob.locator, span=Span(0, blob.size))
