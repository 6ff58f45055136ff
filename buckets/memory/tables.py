"""What the catalog in dictionaries keeps, and the questions that all parts of it ask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from buckets.change import Change, Charge
from buckets.memory.records import Usage, Version
from buckets.model.account import Account, User
from buckets.model.audit import Deed, Doer, Entry
from buckets.model.blob import Blob, BlobLease, Placement
from buckets.model.bucket import Bucket
from buckets.model.commit import Name, Origin, Outcome, Owner
from buckets.model.credential import ApiKey, Key, KeyPair
from buckets.model.login import Login
from buckets.model.version import Head, ScanState
from buckets.names import AccessKey, AccountId, BlobId, BucketId, BucketName, CredentialId, LeaseId, LoginId, UserId, VersionId
from buckets.ports import Clock, Ids

READABLE = frozenset({ScanState.UNSCANNED, ScanState.CLEAN})


@dataclass(slots=True)
class Tables:
    """`buckets` are those that are living; what deleted ones held is in the other dictionaries until it is purged."""

    ids: Ids
    clock: Clock
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    users: dict[UserId, User] = field(default_factory=dict)
    keys: dict[CredentialId, Key] = field(default_factory=dict)
    key_pairs: dict[AccessKey, KeyPair] = field(default_factory=dict)
    api_keys: dict[bytes, ApiKey] = field(default_factory=dict)
    passwords: dict[UserId, str] = field(default_factory=dict, repr=False)
    logins: dict[LoginId, Login] = field(default_factory=dict)
    placements: dict[str, Placement] = field(default_factory=dict)
    buckets: dict[BucketName, Bucket] = field(default_factory=dict)
    leases: dict[LeaseId, BlobLease] = field(default_factory=dict)
    blobs: dict[BlobId, Blob] = field(default_factory=dict)
    seqs: dict[Name, int] = field(default_factory=dict)
    current: dict[Name, VersionId] = field(default_factory=dict)
    versions: dict[VersionId, Version] = field(default_factory=dict)
    usage: dict[Owner, Usage] = field(default_factory=dict)
    answers: dict[tuple[Owner, str], tuple[bytes, Head | Bucket]] = field(default_factory=dict)
    operations: dict[UUID, Outcome | None] = field(default_factory=dict)
    gc_candidates: set[BlobId] = field(default_factory=set)
    condemned: dict[BlobId, Blob] = field(default_factory=dict)
    audit: list[Entry] = field(default_factory=list)
    reads: list[Entry] = field(default_factory=list)
    outbox: list[Change] = field(default_factory=list)

    def living(self, bucket: BucketId) -> Bucket | None:
        return next((each for each in self.buckets.values() if each.id == bucket), None)

    def head(self, name: Name) -> Head | None:
        """What a name points to, readable or not."""
        version = self.versions.get(self.current[name]) if name in self.current else None
        return version.head if version else None

    def forget(self, versions: Sequence[VersionId]) -> None:
        """They are gone; who looks for garbage is to look at their blobs."""
        for id_ in versions:
            self.gc_candidates |= {extent.blob for extent in self.versions.pop(id_).extents}

    def record(self, deed: Deed, origin: Origin | None) -> None:
        self.audit.append(Entry(at=self.clock.now(), deed=deed, doer=Doer.of(origin)))

    def charge(self, charge: Charge) -> None:
        usage = self.usage.setdefault(charge.owner, Usage())
        usage.stored_bytes += charge.stored_bytes
        usage.stored_objects += charge.stored_objects
        usage.trashed_bytes += charge.trashed_bytes
