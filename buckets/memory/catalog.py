"""The catalog in dictionaries. One event loop, no awaits in the middle: every method is atomic by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from buckets import ranges
from buckets.change import Change, Charge, Present, Standing, decide, head_after, require_apart
from buckets.errors import (
    BrokenSetting,
    BucketExists,
    CatalogUnavailable,
    IdempotencyKeyReused,
    LeaseExpired,
    SourceMoved,
    StorageError,
)
from buckets.memory.records import AuditLine, Usage, Version
from buckets.model.account import Account, Role, User
from buckets.model.blob import Blob, BlobLease, Extent, Placement, Span, lease_id, lease_of
from buckets.model.block import SUM, SummedExtent, blocks_of
from buckets.model.bucket import Bucket
from buckets.model.commit import CommitItem, Committed, Deleted, Name, Outcome, Owner, PutItem, Refused
from buckets.model.credential import ApiKey, KeyPair
from buckets.model.version import Head, ScanState
from buckets.names import AccessKey, AccountId, BlobId, BucketId, BucketName, LeaseId, ObjectKey, UserId, VersionId
from buckets.ports import CatalogHealth, Clock, Ids, PoolState

_READABLE = frozenset({ScanState.UNSCANNED, ScanState.CLEAN})


@dataclass(slots=True)
class MemoryCatalog:
    """The `Catalog` port."""

    ids: Ids
    clock: Clock
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    users: dict[UserId, User] = field(default_factory=dict)
    key_pairs: dict[AccessKey, KeyPair] = field(default_factory=dict)
    api_keys: dict[bytes, ApiKey] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    buckets: dict[BucketName, Bucket] = field(default_factory=dict)
    leases: dict[LeaseId, BlobLease] = field(default_factory=dict)
    blobs: dict[BlobId, Blob] = field(default_factory=dict)
    seqs: dict[Name, int] = field(default_factory=dict)
    current: dict[Name, VersionId] = field(default_factory=dict)
    versions: dict[VersionId, Version] = field(default_factory=dict)
    usage: dict[Owner, Usage] = field(default_factory=dict)
    answers: dict[tuple[Owner, str], tuple[bytes, Head]] = field(default_factory=dict)
    operations: dict[UUID, Outcome | None] = field(default_factory=dict)
    gc_candidates: set[BlobId] = field(default_factory=set)
    condemned: dict[BlobId, Blob] = field(default_factory=dict)
    audit: list[AuditLine] = field(default_factory=list)
    outbox: list[Change] = field(default_factory=list)

    async def create_account(self, account: Account, owner: User) -> None:
        self.accounts[account.id] = account
        self.users[owner.id] = owner

    async def add_key_pair(self, pair: KeyPair, *, name: str) -> None:
        self.key_pairs[pair.access_key] = pair

    async def add_api_key(self, key: ApiKey, *, name: str) -> None:
        self.api_keys[key.token_hash] = key

    async def find_first_owner(self) -> User | None:
        return next(iter(self.users.values()), None)

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        pair = self.key_pairs.get(access_key)
        return replace(pair, role=self._role(pair.owner)) if pair and self._usable(pair) else None

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        key = self.api_keys.get(token_hash)
        return replace(key, role=self._role(key.owner)) if key and self._usable(key) else None

    async def ensure_placement(self, placement: Placement) -> None:
        known = self.placements.setdefault(placement.id, placement)
        if known != placement:
            raise BrokenSetting(f"The placement {placement.id} is known to the catalog with another store than {placement.store}")

    async def create_bucket(self, bucket: Bucket) -> None:
        if bucket.name in self.buckets:
            raise BucketExists(bucket.name)
        self.buckets[bucket.name] = bucket

    async def find_bucket(self, name: BucketName) -> Bucket | None:
        return self.buckets.get(name)

    async def lease_blobs(self, *, placement: str, holder: UUID, count: int, lasting: timedelta) -> BlobLease:
        if placement not in self.placements:
            raise CatalogUnavailable(f"it knows no placement {placement}")
        lease = BlobLease(
            id=lease_id(self.ids.uuid7()), placement=placement, holder=holder, count=count, until=self.clock.now() + lasting
        )
        self.leases[lease.id] = lease
        return lease

    async def renew_leases(self, *, holder: UUID, lasting: timedelta) -> None:
        now = self.clock.now()
        for lease in self.leases.values():
            if lease.holder == holder and lease.until > now:
                self.leases[lease.id] = replace(lease, until=now + lasting)

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        require_apart(items)
        decided = [self._decided(item) for item in items]
        self._require_new([each for each in decided if isinstance(each, Change) and each.matters])
        return [self._outcome(item, each) for item, each in zip(items, decided, strict=True)]

    async def resolve(self, item: CommitItem) -> Outcome | None:
        return self.operations.setdefault(item.operation, None)

    async def find_head(self, bucket: BucketId, key: ObjectKey) -> Head | None:
        head = self.head((bucket, key))
        return head if head and head.state in _READABLE else None

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        found = self.versions.get(version)
        extents = found.extents if found and found.name[0] == bucket else []
        return list(ranges.cut(extents, span)) if span else extents

    async def load_sums(self, extents: Sequence[Extent]) -> Sequence[SummedExtent]:
        return [self._summed(extent) for extent in extents]

    async def page_heads(self, bucket: BucketId, *, first: str, before: str | None, limit: int) -> Sequence[Head]:
        names = sorted((name for name in self.current if name[0] == bucket), key=lambda name: name[1].encode())
        names = [name for name in names if _between(first, name[1], before)]
        heads = [head for name in names if (head := await self.find_head(*name))]
        return heads[:limit]

    def head(self, name: Name) -> Head | None:
        """What a name points to, readable or not."""
        version = self.versions.get(self.current[name]) if name in self.current else None
        return version.head if version else None

    async def check(self) -> CatalogHealth:
        pool = PoolState(size=0, idle=0, waiting=0, max=0)
        return CatalogHealth(latency_ms=0.0, server_version="memory", migration=0, pool=pool)

    async def close(self) -> None:
        """Nothing to let go."""

    def _summed(self, extent: Extent) -> SummedExtent:
        blob, blocks = self.blobs.get(extent.blob) or self.condemned.get(extent.blob), blocks_of(extent.span)
        if blob is None:
            return SummedExtent(extent=extent, blob_size=0, sums=b"")
        return SummedExtent(extent=extent, blob_size=blob.size, sums=blob.sums[blocks.start * SUM : blocks.stop * SUM])

    def _role(self, owner: UserId) -> Role:
        return self.users[owner].role

    def _usable(self, credential: KeyPair | ApiKey) -> bool:
        return credential.expires_at is None or credential.expires_at > self.clock.now()

    def _decided(self, item: CommitItem) -> Change | Committed | StorageError:
        return self._known(item) or self._unsound(item) or decide(item, self._standing(item.name))

    def _require_new(self, changes: Sequence[Change]) -> None:
        """Operations and blobs are used once. One that was, or that was given up by `resolve`, takes its whole group down."""
        brought = {blob.id for change in changes if isinstance(change.item, PutItem) for blob in change.item.blobs}
        if any(change.item.operation in self.operations for change in changes) or brought & self.blobs.keys():
            raise CatalogUnavailable("it knows the operation, or a blob, already")

    def _outcome(self, item: CommitItem, decided: Change | Committed | StorageError) -> Outcome:
        if isinstance(decided, Committed):
            return decided
        if isinstance(decided, StorageError):
            self.audit.append(AuditLine(item.operation, "refused", type(decided).__name__))
            return Refused(decided)
        self.audit.append(AuditLine(item.operation, "done"))
        return self._carry_out(decided)

    def _known(self, item: CommitItem) -> Committed | StorageError | None:
        known = self.answers.get((item.writer, item.idempotency.key)) if item.idempotency else None
        if known is None or item.idempotency is None:
            return None
        fingerprint, head = known
        return Committed(head, replayed=True) if fingerprint == item.idempotency.fingerprint else IdempotencyKeyReused()

    def _unsound(self, item: CommitItem) -> StorageError | None:
        if not isinstance(item, PutItem):
            return None
        leases = [self.leases.get(lease_of(blob.id)) for blob in item.blobs]
        if any(lease is None or lease.until <= self.clock.now() for lease in leases):
            return LeaseExpired()
        borrowed = {extent.blob for extent in item.extents} - {blob.id for blob in item.blobs}
        return None if borrowed <= self.blobs.keys() else SourceMoved()

    def _standing(self, name: Name) -> Standing:
        current = self.current.get(name)
        nulls = (key for key, each in self.versions.items() if each.name == name and each.is_null and not each.trashed_at)
        null = next(nulls, None)
        return Standing(
            seq=self.seqs.get(name, 0),
            current=self._present(current) if current else None,
            null=self._present(null) if null else None,
        )

    def _present(self, key: VersionId) -> Present:
        version = self.versions[key]
        size, etag = (version.head.content.size, version.head.content.digests.etag) if version.head else (0, "")
        return Present(version=key, owner=version.owner, size=size, etag=etag)

    def _carry_out(self, change: Change) -> Outcome:
        for gone in change.forget:
            self.gc_candidates |= {extent.blob for extent in self.versions.pop(gone.version).extents}
        for kept in change.trash:
            self.versions[kept.version].trashed_at = self.clock.now()
        self.seqs[change.item.name] = change.seq
        if change.unlist or change.adds:
            self.current.pop(change.item.name, None)
        for charge in change.charges():
            self._charge(charge)
        outcome = self._put(change, change.item) if isinstance(change.item, PutItem) else self._delete(change)
        if change.matters:
            self.operations[change.item.operation] = outcome
            self.outbox.append(change)
        return outcome

    def _put(self, change: Change, item: PutItem) -> Committed:
        head = head_after(item, seq=change.seq, at=self.clock.now())
        self.blobs |= {blob.id: blob for blob in item.blobs}
        self.versions[head.version] = Version(item.name, item.writer, change.is_null, head, item.extents)
        self.current[item.name] = head.version
        if item.idempotency:
            self.answers[item.writer, item.idempotency.key] = item.idempotency.fingerprint, head
        return Committed(head)

    def _delete(self, change: Change) -> Deleted:
        if change.marker:
            self.versions[change.item.version] = Version(change.item.name, change.item.writer, change.is_null)
        return change.deleted

    def _charge(self, charge: Charge) -> None:
        usage = self.usage.setdefault(charge.owner, Usage())
        usage.stored_bytes += charge.stored_bytes
        usage.stored_objects += charge.stored_objects
        usage.trashed_bytes += charge.trashed_bytes


def _between(first: str, key: str, before: str | None) -> bool:
    return first.encode() <= key.encode() and (before is None or key.encode() < before.encode())
