"""What a user leaves behind."""

from dataclasses import dataclass
from typing import TypeAlias

from buckets.names import BucketId, VersionId

Spot: TypeAlias = tuple[BucketId, VersionId]
"""How far somebody has come through the versions of an account."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """How many versions have another owner now, and where to go on; None at the end of all."""

    versions: int
    more: Spot | None
