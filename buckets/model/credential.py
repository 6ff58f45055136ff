"""What a caller proves itself with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from buckets.model.account import UNLIMITED, Caller, Role
from buckets.model.grant import EVERYTHING, Grant
from buckets.names import AccessKey, AccountId, CredentialId, UserId


class KeyKind(StrEnum):
    """How a key is used."""

    S3 = "s3"
    """Requests are signed with its secret."""
    BEARER = "bearer"
    """It is sent along as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a key that is to be made is called, how it is used, how far it reaches and for how long."""

    name: str
    kind: KeyKind
    grant: Grant = EVERYTHING
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is known of a key beside its proof. The hint tells it apart: the access key of a pair, or how an API key begins."""

    id: CredentialId
    account: AccountId
    owner: UserId
    name: str
    kind: KeyKind
    hint: str
    created_at: datetime
    grant: Grant = EVERYTHING
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything still, its owner permitting."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Replaced:
    """The key that a new one takes the place of, and how long it is good beside it."""

    key: Key
    overlap: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A SigV4 key pair. The secret is sealed: the key that opens it is not in the catalog."""

    id: CredentialId
    account: AccountId
    owner: UserId
    role: Role
    access_key: AccessKey
    sealed_secret: bytes
    expires_at: datetime | None = None
    grant: Grant = EVERYTHING
    tier: str = UNLIMITED

    @property
    def caller(self) -> Caller:
        return _caller(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A bearer key, known by its hash only; the prefix is for people."""

    id: CredentialId
    account: AccountId
    owner: UserId
    role: Role
    token_hash: bytes
    prefix: str
    expires_at: datetime | None = None
    grant: Grant = EVERYTHING
    tier: str = UNLIMITED

    @property
    def caller(self) -> Caller:
        return _caller(self)


def _caller(credential: KeyPair | ApiKey) -> Caller:
    return Caller(
        account=credential.account,
        user=credential.owner,
        role=credential.role,
        credential=credential.id,
        tier=credential.tier,
        grant=credential.grant,
    )
