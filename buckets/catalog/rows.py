"""Rows become values here, and only here."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Protocol

from buckets.catalog import grants, policies
from buckets.model.account import Account, Caller, Identity, Role, Status, User
from buckets.model.audit import Deed, Doer, Entry, Kind, Mark
from buckets.model.blob import Extent, Span
from buckets.model.block import SummedExtent
from buckets.model.bucket import AuditReads, Bucket, Lifecycle, Limits, Versioning, Visibility
from buckets.model.credential import ApiKey, Key, KeyKind, KeyPair
from buckets.model.event import Event
from buckets.model.login import Login, PasswordHolder
from buckets.model.seal import Removal, Seal
from buckets.model.version import Content, Digests, Head, Kept, ScanState
from buckets.names import AccessKey, AccountId, BlobId, BucketId, BucketName, CredentialId, LoginId, ObjectKey, UserId, VersionId


class Row(Protocol):
    """What a driver gives for a row."""

    def __getitem__(self, name: str, /) -> Any: ...  # noqa: ANN401  # whatever the column holds


def bucket(row: Row) -> Bucket:
    return Bucket(
        id=BucketId(row["id"]),
        name=BucketName(row["name"]),
        account=AccountId(row["account"]),
        owner=UserId(row["owner"]),
        placement=row["placement"],
        created_at=row["created_at"],
        versioning=Versioning(row["versioning"]),
        visibility=Visibility(row["visibility"]),
        trash=timedelta(seconds=row["trash_seconds"]),
        revision=row["revision"],
        **_settings(json.loads(row["settings"])),
    )


def settings(of: Bucket) -> Mapping[str, Any]:
    """The rules of a bucket that no statement asks for."""
    return {
        "cache": int(of.cache.total_seconds()),
        "purpose": of.purpose,
        "limits": asdict(of.limits),
        "lifecycle": asdict(of.lifecycle),
        "policy": policies.written(of.policy),
        "audit_reads": of.audit_reads,
    }


def _settings(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Likewise; what is not said is as it is by default."""
    return {
        "cache": timedelta(seconds=said.get("cache", 0)),
        "purpose": said.get("purpose", ""),
        "limits": Limits(**said.get("limits", {})),
        "lifecycle": Lifecycle(**said.get("lifecycle", {})),
        "policy": policies.read(said.get("policy", [])),
        "audit_reads": AuditReads(said.get("audit_reads", AuditReads.ALL)),
    }


def account(row: Row) -> Account:
    return Account(
        id=AccountId(row["id"]),
        canonical_id=row["canonical_id"],
        name=row["name"],
        status=Status(row["status"]),
        operates=row["operates"],
    )


def user(row: Row) -> User:
    return User(
        id=UserId(row["id"]),
        account=AccountId(row["account"]),
        name=row["name"],
        role=Role(row["role"]),
        email=row["email"],
        status=Status(row["status"]),
        tier=row["tier"],
        preferences=json.loads(row["preferences"]),
        identities=frozenset(Identity(*pair) for pair in row["identities"]),
        revision=row["revision"],
    )


def identity(row: Row) -> Identity:
    return Identity(row["issuer"], row["subject"])


def caller(row: Row) -> Caller:
    """Somebody who brought no credential of ours."""
    return Caller(
        account=AccountId(row["account"]), user=UserId(row["member"]), role=Role(row["role"]), credential=None, tier=row["tier"]
    )


def password_holder(row: Row) -> PasswordHolder:
    return PasswordHolder(
        user=UserId(row["id"]),
        account=AccountId(row["account"]),
        role=Role(row["role"]),
        email=row["email"] or "",
        password_hash=row["password_hash"],
        revision=row["revision"],
        tier=row["tier"],
    )


def login(row: Row) -> Login:
    return Login(
        id=LoginId(row["id"]),
        user=UserId(row["member"]),
        account=AccountId(row["account"]),
        role=Role(row["role"]),
        token_hash=row["token_hash"],
        idle=timedelta(seconds=row["idle_seconds"]),
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        agent=row["agent"],
        address=row["address"],
        tier=row["tier"],
    )


def key_pair(row: Row) -> KeyPair:
    return KeyPair(
        id=CredentialId(row["id"]),
        account=AccountId(row["account"]),
        owner=UserId(row["owner"]),
        role=Role(row["role"]),
        access_key=AccessKey(row["access_key"]),
        sealed_secret=row["sealed_secret"],
        expires_at=row["expires_at"],
        grant=grants.read(row["scopes"]),
        tier=row["tier"],
    )


def api_key(row: Row) -> ApiKey:
    return ApiKey(
        id=CredentialId(row["id"]),
        account=AccountId(row["account"]),
        owner=UserId(row["owner"]),
        role=Role(row["role"]),
        token_hash=row["token_hash"],
        prefix=row["prefix"],
        expires_at=row["expires_at"],
        grant=grants.read(row["scopes"]),
        tier=row["tier"],
    )


def key(row: Row) -> Key:
    return Key(
        id=CredentialId(row["id"]),
        account=AccountId(row["account"]),
        owner=UserId(row["owner"]),
        name=row["name"],
        kind=KeyKind(row["kind"]),
        hint=row["hint"],
        created_at=row["created_at"],
        grant=grants.read(row["scopes"]),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )


def head(row: Row) -> Head:
    return Head(
        bucket=BucketId(row["bucket"]),
        key=ObjectKey(row["key"]),
        version=VersionId(row["version"]),
        seq=row["seq"],
        account=AccountId(row["account"]),
        owner=UserId(row["owner"]),
        content=content(row),
        state=ScanState(row["state"]),
        visibility=Visibility(row["visibility"]) if row["visibility"] else None,
        first=first_extent(row),
        extents=row["extents"],
        layout=row["layout"],
        modified_at=row["modified_at"],
    )


def kept(row: Row) -> Kept:
    return Kept(
        version=VersionId(row["version"]),
        seq=row["seq"],
        at=row["modified_at"],
        is_current=row["is_current"],
        head=head(row) if row["kind"] == "object" else None,
        trashed_at=row["trashed_at"],
    )


def content(row: Row) -> Content:
    return Content(
        size=row["size"],
        digests=Digests(etag=row["etag"], crc32c=row["crc32c"], md5=row["md5"], sha256=row["sha256"]),
        content_type=row["content_type"],
        headers=json.loads(row["headers"]),
        metadata=json.loads(row["metadata"]),
        tags=json.loads(row["tags"]),
        filename=row["filename"],
    )


def first_extent(row: Row) -> Extent | None:
    if row["first_blob"] is None:
        return None
    return Extent(
        blob=BlobId(row["first_blob"]),
        placement=row["first_placement"],
        locator=row["first_locator"],
        span=Span(row["first_offset"], row["first_length"]),
    )


def event(row: Row) -> Event:
    return Event(
        position=row["position"],
        id=row["id"],
        account=AccountId(row["account"]),
        bucket=BucketId(row["bucket"]),
        key=ObjectKey(row["key"]),
        seq=row["seq"],
        kind=row["kind"],
        facts=json.loads(row["payload"]),
        at=row["created_at"],
    )


def extent(row: Row) -> Extent:
    return Extent(
        blob=BlobId(row["blob"]),
        placement=row["placement"],
        locator=row["locator"],
        span=Span(row["blob_offset"], row["length"]),
    )


def summed(extent: Extent, row: Row) -> SummedExtent:
    return SummedExtent(extent=extent, blob_size=row["size"] or 0, sums=row["sums"] or b"")


def entry(row: Row) -> Entry:
    return Entry(kind=Kind(row["kind"]), at=row["at"], deed=_deed(row), doer=_doer(row), duration_ms=row["duration_ms"])


def _deed(row: Row) -> Deed:
    return Deed(
        id=row["id"],
        account=AccountId(row["account"]),
        action=row["action"],
        bucket=row["bucket"],
        key=row["key"],
        version=row["version"],
        subject=row["subject"],
        result=row["result"],
        reason=row["reason"],
        size=row["bytes"],
    )


def _doer(row: Row) -> Doer:
    return Doer(
        actor=row["actor"],
        on_behalf_of=row["on_behalf_of"],
        credential=row["credential"],
        address=row["address"] or "",
        agent=row["agent"] or "",
        request_id=row["request_id"],
    )


def seal(row: Row) -> Seal:
    return Seal(
        number=row["number"],
        first=Mark(row["first_at"], row["first_id"]),
        until=Mark(row["last_at"], row["last_id"]),
        entries=row["entries"],
        hash=row["hash"],
    )


def removal(row: Row) -> Removal:
    return Removal(name=row["partition"], begin=row["from_at"], end=row["until_at"], at=row["created_at"])
