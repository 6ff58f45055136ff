"""What the catalog in dictionaries keeps of versions, of owners and of writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from buckets.model.blob import Extent
from buckets.model.commit import Name, Owner
from buckets.model.version import Head


@dataclass(slots=True)
class Usage:
    """What an owner uses."""

    stored_bytes: int = 0
    stored_objects: int = 0
    trashed_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """What became of a write, by its operation; one without a key is a bucket's own."""

    id: UUID
    action: str
    actor: UUID | None
    bucket: str
    key: str | None = None
    version: UUID | None = None
    result: str = "done"
    reason: str | None = None


@dataclass(slots=True)
class Version:
    """A version or, without a head, a marker that says that its name was deleted."""

    name: Name
    owner: Owner
    is_null: bool
    seq: int
    at: datetime
    head: Head | None = None
    extents: Sequence[Extent] = ()
    trashed_at: datetime | None = None
