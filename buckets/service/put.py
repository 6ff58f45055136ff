"""The one write path: RECEIVE, STORED, COMMIT.

RECEIVE may be cut at any moment and leaves at most a blob that nobody refers to, under a lease that runs out. STORED is bytes in
the store that nobody sees. COMMIT is the committer's: once it has begun, neither a client that leaves nor a drain can cut it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from buckets.errors import StoreUnavailable
from buckets.model.blob import Blob, Extent, Span, Stored
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Origin, PutItem
from buckets.model.version import Content, Head
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
    metadata: Mapping[str, str] = field(default_factory=dict)
    condition: Condition = UNCONDITIONAL


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

    async def __call__(self, bucket: Bucket, key: ObjectKey, upload: Upload, origin: Origin) -> Head:
        blob = await self.names.take(bucket.placement)
        self.phases.reached("put", Phase.RECEIVE)
        stored, findings = await self._receive(blob, upload)
        self.phases.reached("put", Phase.STORED)
        item = self._item(bucket, key, upload, origin, blob=blob, stored=stored, findings=findings)
        return (await self.committer.put("put", item)).head

    async def _receive(self, blob: BlobId, upload: Upload) -> tuple[Stored, Findings]:
        async with self.checksums.inspect(upload.claims, limit=self.limit) as inspection:
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
            content=Content(
                size=findings.size, digests=findings.digests, content_type=upload.content_type, metadata=upload.metadata
            ),
            # An object without bytes has no extents; its blob stays unreferenced and is swept with its lease.
            blobs=[row] if stored.size else [],
            extents=[whole] if stored.size else [],
            origin=origin,
            condition=upload.condition,
        )
