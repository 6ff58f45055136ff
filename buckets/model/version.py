"""Versions of objects: what was stored, and the head that a name points to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from buckets.model.blob import Extent
from buckets.model.bucket import Visibility
from buckets.names import AccountId, BucketId, ObjectKey, UserId, VersionId

STORED_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
"""The headers that a client may say beside a body and gets back with it."""


class ScanState(StrEnum):
    """What is known of an object's content."""

    UNSCANNED = "unscanned"
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What the bytes hash to. The entity tag and the CRC32C are always known, the others where one pass computed them."""

    etag: str
    crc32c: int
    md5: bytes | None = None
    sha256: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one write says of its bytes and about them.

    `headers` are those of HTTP's own that answers with it are to bear, by their lower-case names: see `STORED_HEADERS`. `filename`
    is what it was called where it came from, if that was said.
    """

    size: int
    digests: Digests
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The version a name points to, with all that a read or a line of a list needs.

    Only the first extent travels along; `extents` says how many there are in all.
    """

    bucket: BucketId
    key: ObjectKey
    version: VersionId
    seq: int
    account: AccountId
    owner: UserId
    content: Content
    state: ScanState
    visibility: Visibility | None
    first: Extent | None
    extents: int
    layout: int
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A version that is still there; a marker, which says that its name was deleted, has no head."""

    version: VersionId
    seq: int
    at: datetime
    is_current: bool
    head: Head | None = None
    trashed_at: datetime | None = None
