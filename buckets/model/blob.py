"""Runs of bytes under names that are used once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from buckets.names import AccountId, BlobId, LeaseId

LONGEST_REQUEST = timedelta(hours=12)
"""No request lives longer: bytes that are not committed by then never will be."""

LEASE_BLOCK = 1 << 10
"""The most names one lease can hold: a lease's id ends in ten zero bits, and a name puts its index there."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of bytes inside something longer."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where new blobs go: a store, and a physical bucket in it."""

    id: str
    store: str
    physical_bucket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobLease:
    """A block of fresh blob names held by one worker: whatever is stored under them and not committed by `until` is swept."""

    id: LeaseId
    placement: str
    holder: UUID
    count: int
    until: datetime

    def __iter__(self) -> Iterator[BlobId]:
        return (BlobId(UUID(int=self.id.int + index)) for index in range(self.count))


def lease_id(fresh: UUID) -> LeaseId:
    """A lease's id out of a fresh UUIDv7: room for the names' indexes is made at its end."""
    return LeaseId(UUID(int=fresh.int & -LEASE_BLOCK))


def lease_of(blob: BlobId) -> LeaseId:
    """The lease that a blob's name was taken from."""
    return lease_id(blob)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store says it holds after a put; the locator is the store's own and opaque to everybody else."""

    locator: str
    size: int
    md5: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A stored blob as the catalog knows it.

    `sums` are those of its blocks, see `block.py`.
    """

    id: BlobId
    account: AccountId
    placement: str
    locator: str
    size: int
    sums: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A run of bytes inside one blob."""

    blob: BlobId
    placement: str
    locator: str
    span: Span
