"""Who owns things: accounts, the people and services in them, and whoever is asking right now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from buckets.model.grant import EVERYTHING, Grant
from buckets.names import AccountId, CredentialId, LoginId, UserId


class Role(StrEnum):
    """What a user may do in its account."""

    OWNER = "owner"
    ADMIN = "admin"
    SERVICE = "service"
    USER = "user"
    READ_ONLY = "read-only"


class Status(StrEnum):
    """Whether an account or a user may do anything. What is deleted stays on record, and its id is never given again."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


UNLIMITED = "unlimited"
"""The tier of everybody, as long as there is no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A tenant: it owns buckets, users, keys and limits. One that operates runs the installation: its admins make others."""

    id: AccountId
    canonical_id: str
    name: str
    status: Status = Status.ACTIVE
    operates: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as another service knows it: who says so, and what it calls the person."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a service in an account. `revision` counts what was changed about it."""

    id: UserId
    account: AccountId
    name: str
    role: Role
    email: str | None = None
    status: Status = Status.ACTIVE
    tier: str = UNLIMITED
    preferences: Mapping[str, Any] = field(default_factory=dict)
    identities: frozenset[Identity] = frozenset()
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking, as an accepted credential says.

    What is done is done as `user`: it owns what comes of it. `actor` is who really asks, where that is somebody else. Who signed
    in, here or elsewhere, has no credential on record; `login` is the sign-in here.
    """

    account: AccountId
    user: UserId
    role: Role
    credential: CredentialId | None
    tier: str = UNLIMITED
    grant: Grant = EVERYTHING
    actor: UserId | None = None
    login: LoginId | None = None
