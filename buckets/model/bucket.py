"""A bucket and its rules."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from buckets.model.policy import Statement
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


class AuditReads(StrEnum):
    """Which reads of its objects a bucket puts on record; changes always are."""

    ALL = "all"
    DENIED = "denied"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a bucket takes; None is as much as there is room for."""

    object_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """After how many days things go by themselves; None is never."""

    expire_days: int | None = None
    noncurrent_days: int | None = None
    incomplete_days: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A container of objects. Its name is global; everything it holds belongs to its account.

    `cache` is how long caches may keep what is public, and `revision` counts the changes of its rules.
    """

    id: BucketId
    name: BucketName
    account: AccountId
    owner: UserId
    placement: str
    created_at: datetime
    versioning: Versioning = Versioning.OFF
    visibility: Visibility = Visibility.PRIVATE
    trash: timedelta = timedelta(days=7)
    cache: timedelta = timedelta()
    purpose: str = ""
    limits: Limits = Limits()
    lifecycle: Lifecycle = Lifecycle()
    policy: tuple[Statement, ...] = ()
    audit_reads: AuditReads = AuditReads.ALL
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a bucket is told when it is made, and may be told otherwise later; each stands in `Bucket` under the same name."""

    purpose: str = ""
    versioning: Versioning = Versioning.OFF
    visibility: Visibility = Visibility.PRIVATE
    trash: timedelta = timedelta(days=7)
    cache: timedelta = timedelta()
    limits: Limits = Limits()
    lifecycle: Lifecycle = Lifecycle()
    policy: tuple[Statement, ...] = ()
    audit_reads: AuditReads = AuditReads.ALL

    @classmethod
    def of(cls, bucket: Bucket) -> Self:
        return cls(**{field.name: getattr(bucket, field.name) for field in fields(cls)})

    def applied_to(self, bucket: Bucket) -> Bucket:
        return replace(bucket, **{field.name: getattr(self, field.name) for field in fields(self)})
