"""The items of a COMMIT and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

from buckets.errors import StorageError
from buckets.model.account import Caller
from buckets.model.blob import Blob, Extent
from buckets.model.bucket import Bucket, Visibility
from buckets.model.version import Content, Head, ScanState
from buckets.names import AccountId, BucketId, ObjectKey, UserId, VersionId

Name: TypeAlias = tuple[BucketId, ObjectKey]
Owner: TypeAlias = tuple[AccountId, UserId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Compare-and-set: the write wins only when the head is what the caller thinks it is.

    `seq` is exact: nothing at all has happened to the name since a head with it was looked up.
    """

    absent: bool = False
    present: bool = False
    etag: str | None = None
    seq: int | None = None


UNCONDITIONAL = Condition()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change came from; it goes into the audit. With `only_own` it must leave alone what is somebody else's."""

    caller: Caller
    request_id: str
    action: str
    address: str = ""
    agent: str = ""
    only_own: bool = False


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request that its caller may send again under a name of its own; the terms are all that it says beside its body."""

    key: str
    terms: bytes = field(repr=False)

    def over(self, *digests: bytes) -> "Idempotency":
        """With the digests of its body."""
        return Idempotency(self.key, sha256(b"".join([sha256(part).digest() for part in (self.terms, *digests)])).digest())


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
    """A new version, over blobs that this write makes live and over such as are live already.

    `restores` is the version in the trash whose bytes these are: it is forgotten with this write, and must be there until then.
    """

    content: Content
    blobs: Sequence[Blob]
    extents: Sequence[Extent]
    state: ScanState = ScanState.UNSCANNED
    visibility: Visibility | None = None
    restores: Head | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteItem(Item):
    """The name points to nothing afterwards. What it pointed to goes to the trash, or `forever`, or stays behind a marker."""

    forever: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditItem(Item):
    """Other words about the same bytes: the version stays, and what is said of it is replaced. Its head must still be this one."""

    head: Head
    content: Content
    visibility: Visibility | None

    @property
    def version(self) -> VersionId:
        return self.head.version


CommitItem: TypeAlias = PutItem | DeleteItem | EditItem


@dataclass(frozen=True, slots=True)
class Committed:
    """The write is done: this is the name's head now. `replayed` says that it was done before, maybe under another name."""

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
