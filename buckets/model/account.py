"""Who owns things: accounts, the people and services in them, and whoever is asking right now."""

from dataclasses import dataclass
from enum import StrEnum

from buckets.names import AccountId, CredentialId, UserId


class Role(StrEnum):
    """What a user may do in its account."""

    OWNER = "owner"
    ADMIN = "admin"
    SERVICE = "service"
    USER = "user"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A tenant: it owns buckets, users, keys and limits."""

    id: AccountId
    canonical_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a service in an account."""

    id: UserId
    account: AccountId
    name: str
    role: Role


UNLIMITED = "unlimited"
"""The tier of every account, as long as there is no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking, as an accepted credential says."""

    account: AccountId
    user: UserId
    role: Role
    credential: CredentialId
    tier: str = UNLIMITED
