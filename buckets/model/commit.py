"""The items of a COMMIT and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from buckets.errors import StorageError
from buckets.model.account import Caller
from buckets.model.blob import Blob, Extent
from buckets.model.bucket import Bucket
from buckets.model.version import Content, Head, ScanState
from buckets.names import ObjectKey, VersionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Compare-and-set: the write wins only when the head is what the caller thinks it is."""

    absent: bool = False
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change came from; it goes into the audit."""

    caller: Caller
    request_id: str
    action: str
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutItem:
    """One new version of one name, over blobs that are already stored."""

    version: VersionId
    bucket: Bucket
    key: ObjectKey
    content: Content
    blobs: Sequence[Blob]
    extents: Sequence[Extent]
    origin: Origin
    condition: Condition = Condition()
    state: ScanState = ScanState.UNSCANNED


@dataclass(frozen=True, slots=True)
class Committed:
    """The write is done: this is the name's head now."""

    head: Head


@dataclass(frozen=True, slots=True)
class Refused:
    """The write lost; nothing of it is left but its blobs under their lease."""

    reason: StorageError


Outcome: TypeAlias = Committed | Refused
