"""What the catalog in dictionaries keeps of versions, of owners and of writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from buckets.model.blob import Extent
from buckets.model.commit import Name, Owner
from buckets.model.version import Head


@dataclass(slots=True)
class Usage:
    """What an owner uses."""

    stored_bytes: int = 0
    stored_objects: int = 0
    trashed_bytes: int = 0


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
