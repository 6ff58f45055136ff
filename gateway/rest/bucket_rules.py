"""Buckets as JSON documents, and what such a document makes of the rules of a bucket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from buckets.model.bucket import AuditReads, Bucket, Lifecycle, Limits, Rules, Versioning, Visibility
from gateway.rest.policy_documents import Policy, StatementDocument, parsed_policy, policy_documents
from gateway.rest.surroundings import Surroundings

S = TypeVar("S")
T = TypeVar("T")

Days: TypeAlias = Annotated[int, Meta(ge=1, le=36_500)]
ObjectBytes: TypeAlias = Annotated[int, Meta(ge=1, le=5 << 40)]
TrashDays: TypeAlias = Annotated[int, Meta(ge=0, le=3650)]
CacheSeconds: TypeAlias = Annotated[int, Meta(ge=0, le=31_536_000)]
Purpose: TypeAlias = Annotated[str, Meta(max_length=1000)]
Name: TypeAlias = Annotated[str, Meta(extra_json_schema={"$ref": "#/components/schemas/BucketName"})]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


class LimitsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How much a bucket takes; null is as much as there is room for."""

    object_bytes: ObjectBytes | None


class LifecycleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """After how many days things go by themselves; null is never."""

    expire_days: Days | None
    noncurrent_days: Days | None
    incomplete_days: Days | None


class BucketDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket and its rules. The revision counts the changes of the rules."""

    id: UUID
    name: str
    owner: UUID
    placement: str
    purpose: str
    versioning: Versioning
    visibility: Visibility
    trash_days: int
    cache_seconds: int
    limits: LimitsDocument
    lifecycle: LifecycleDocument
    policy: Sequence[StatementDocument]
    audit_reads: AuditReads
    revision: int
    created_at: Instant
    url: str
    objects_url: str


class LimitsChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is; null is as much as there is room for."""

    object_bytes: ObjectBytes | UnsetType | None = UNSET


class LifecycleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is; null is never."""

    expire_days: Days | UnsetType | None = UNSET
    noncurrent_days: Days | UnsetType | None = UNSET
    incomplete_days: Days | UnsetType | None = UNSET


class BucketChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is; null makes it what it is in a bucket that was told nothing."""

    purpose: Purpose | UnsetType | None = UNSET
    versioning: Versioning | UnsetType | None = UNSET
    visibility: Visibility | UnsetType | None = UNSET
    trash_days: TrashDays | UnsetType | None = UNSET
    cache_seconds: CacheSeconds | UnsetType | None = UNSET
    limits: LimitsChange | UnsetType | None = UNSET
    lifecycle: LifecycleChange | UnsetType | None = UNSET
    policy: Policy | UnsetType | None = UNSET
    audit_reads: AuditReads | UnsetType | None = UNSET

    def applied_to(self, present: Rules) -> Rules:
        plain = Rules()
        return Rules(
            purpose=_told(self.purpose, str, present.purpose, plain.purpose),
            versioning=_told(self.versioning, Versioning, present.versioning, plain.versioning),
            visibility=_told(self.visibility, Visibility, present.visibility, plain.visibility),
            trash=_told(self.trash_days, lambda days: timedelta(days=days), present.trash, plain.trash),
            cache=_told(self.cache_seconds, lambda seconds: timedelta(seconds=seconds), present.cache, plain.cache),
            limits=_told(self.limits, lambda change: replace(present.limits, **_said(change)), present.limits, plain.limits),
            lifecycle=_told(
                self.lifecycle, lambda change: replace(present.lifecycle, **_said(change)), present.lifecycle, plain.lifecycle
            ),
            policy=_told(self.policy, parsed_policy, present.policy, plain.policy),
            audit_reads=_told(self.audit_reads, AuditReads, present.audit_reads, plain.audit_reads),
        )


class NewBucket(BucketChange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bucket that is to be made. A rule that is not named, or null, is as in a bucket that was told nothing."""

    name: Name


def bucket_document(bucket: Bucket, around: Surroundings) -> BucketDocument:
    url = around.bucket_url(bucket.name)
    return BucketDocument(
        id=bucket.id,
        name=str(bucket.name),  # msgspec takes no subclasses of str
        owner=bucket.owner,
        placement=bucket.placement,
        purpose=bucket.purpose,
        versioning=bucket.versioning,
        visibility=bucket.visibility,
        trash_days=bucket.trash.days,
        cache_seconds=bucket.cache // timedelta(seconds=1),
        limits=_limits(bucket.limits),
        lifecycle=_lifecycle(bucket.lifecycle),
        policy=policy_documents(bucket.policy),
        audit_reads=bucket.audit_reads,
        revision=bucket.revision,
        created_at=bucket.created_at,
        url=url,
        objects_url=f"{url}/objects",
    )


def _limits(limits: Limits) -> LimitsDocument:
    return LimitsDocument(object_bytes=limits.object_bytes)


def _lifecycle(lifecycle: Lifecycle) -> LifecycleDocument:
    return LifecycleDocument(
        expire_days=lifecycle.expire_days,
        noncurrent_days=lifecycle.noncurrent_days,
        incomplete_days=lifecycle.incomplete_days,
    )


def _told(said: S | UnsetType | None, read: Callable[[S], T], present: T, plain: T) -> T:
    if isinstance(said, UnsetType):
        return present
    return plain if said is None else read(said)


def _said(change: msgspec.Struct) -> Mapping[str, Any]:
    """The members that are named, which are called as in the model."""
    return {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
