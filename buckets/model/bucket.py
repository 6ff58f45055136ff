"""A bucket and its rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from buckets.names import AccountId, BucketId, BucketName, UserId


class Versioning(StrEnum):
    """What an overwrite or a delete keeps, as S3 names it."""

    OFF = "off"
    ENABLED = "enabled"
    SUSPENDED = "suspended"


class Visibility(StrEnum):
    """Who may read without a credential."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A container of objects. Its name is global; everything it holds belongs to its account."""

    id: BucketId
    name: BucketName
    account: AccountId
    owner: UserId
    placement: str
    created_at: datetime
    versioning: Versioning = Versioning.OFF
    visibility: Visibility = Visibility.PRIVATE
    trash: timedelta = timedelta(days=7)
