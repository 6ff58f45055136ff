"""What the world may learn of a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from buckets.names import AccountId, BucketId, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change, announced. Positions count up without holes; those of one key are in the order of its changes."""

    position: int
    id: UUID
    account: AccountId
    bucket: BucketId
    key: ObjectKey
    seq: int
    kind: str
    facts: Mapping[str, Any]
    at: datetime
