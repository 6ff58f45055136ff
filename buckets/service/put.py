"""The one write path: RECEIVE, STORED, COMMIT.

RECEIVE may be cut at any moment and leaves at most a blob that nobody refers to, under a lease that runs out. STORED is bytes in
the store that nobody sees. COMMIT is the committer's: once it has begun, neither a client that leaves nor a drain can cut it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from buckets.errors import StoreUnavailable
from buckets.model.blob import Blob, Extent, Span, Stored
from buckets.model.bucket import Bucket, Visibility
from buckets.model.commit import UNCONDITIONAL, Committed, Condition, Idempotency, Origin, PutItem, Repeatable
from buckets.model.version import Content
from buckets.names import BlobId, ObjectKey
from buckets.ports import BlobStore, Checksums, Claims, Findings, Ids, Phase, Phases
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer


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

    async def __call__(self, bucket: Bucket, key: ObjectKey, upload: Upload, origin: Origin) -> Committed:
        blob = await self.names.take(bucket.placement)
        self.phases.reached("put", Phase.RECEIVE)
        stored, findings = await self._receive(blob, upload, limit=min(self.limit, bucket.limits.object_bytes or self.limit))
        self.phases.reached("put", Phase.STORED)
        item = self._item(bucket, key, upload, origin, blob=blob, stored=stored, findings=findings)
        return await self.committer.put("put", item)

    async def _receive(self, blob: BlobId, upload: Upload, *, limit: int) -> tuple[Stored, Findings]:
        async with self.checksums.inspect(upload.claims, limit=limit) as inspection:
            stored = await self.store.put(blob, inspection.watch(upload.body), size=upload.claims.size)
            findings = await inspection.findings()
        if stored.size != findings.size or stored.md5 not in (None, findings.digests.md5):
            raise StoreUnavailable("it stored something else than it was given")
        return stored, findings

    def _item(
        self, bucket: Bucket, key: ObjectKey, upload: Upload, origin: Origin, *, blob: BlobId, stored: Stored, findings: Findings
    ) -> PutItem:
        row = Blob(
            id=blob,
            account=bucket.account,
            placement=bucket.placement,
            locator=stored.locator,
            size=stored.size,
            sums=findings.sums,
        )
        whole = Extent(blob=blob, placement=bucket.placement, locator=stored.locator, span=Span(0, stored.size))
        return PutItem(
            operation=self.ids.uuid7(),
            bucket=bucket,
            key=key,
            content=upload.content(findings),
            # An object without bytes has no extents; its blob stays unreferenced and is swept with its lease.
            blobs=[row] if stored.size else [],
            extents=[whole] if stored.size else [],
            origin=origin,
            condition=upload.condition,
            idempotency=upload.idempotency(findings),
            visibility=upload.visibility,
        )
