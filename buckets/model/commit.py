"""The items of a COMMIT and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from buckets.errors import StorageError
from buckets.model.account import Caller
from buckets.model.blob import Blob, Extent
from buckets.model.bucket import Bucket
from buckets.model.version import Content, Head, ScanState
from buckets.names import AccountId, BucketId, ObjectKey, UserId, VersionId

Name: TypeAlias = tuple[BucketId, ObjectKey]
Owner: TypeAlias = tuple[AccountId, UserId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Compare-and-set: the write wins only when the head is what the caller thinks it is."""

    absent: bool = False
    etag: str | None = None


UNCONDITIONAL = Condition()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change came from; it goes into the audit."""

    caller: Caller
    request_id: str
    action: str
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's own name for a write, and what the write consists of: the same again is answered as before."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A write of one name. Its operation is an id that no other write has: by it an unknown outcome is found out."""

    operation: UUID
    bucket: Bucket
    key: ObjectKey
    origin: Origin
    condition: Condition = UNCONDITIONAL
    idempotency: Idempotency | None = None

    @property
    def name(self) -> Name:
        return self.bucket.id, self.key

    @property
    def writer(self) -> Owner:
        return self.bucket.account, self.origin.caller.user

    @property
    def version(self) -> VersionId:
        """What a version that this write adds is called."""
        return VersionId(self.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutItem(Item):
    """A new version, over blobs that this write makes live and over such as are live already."""

    content: Content
    blobs: Sequence[Blob]
    extents: Sequence[Extent]
    state: ScanState = ScanState.UNSCANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteItem(Item):
    """The name points to nothing afterwards. What it pointed to goes to the trash, or `forever`, or stays behind a marker."""

    forever: bool = False


CommitItem: TypeAlias = PutItem | DeleteItem


@dataclass(frozen=True, slots=True)
class Committed:
    """The write is done: this is the name's head now. `replayed` says that it was done before."""

    head: Head
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """The name points to nothing. `removed` is what it pointed to, `marker` the version that says so, where versions are kept."""

    removed: VersionId | None = None
    marker: VersionId | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The write lost; nothing of it is left but its blobs under their lease."""

    reason: StorageError


Outcome: TypeAlias = Committed | Deleted | Refused
