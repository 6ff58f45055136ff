"""What a caller proves itself with."""

from dataclasses import dataclass
from datetime import datetime

from buckets.model.account import UNLIMITED, Caller, Role
from buckets.model.grant import EVERYTHING, Grant
from buckets.names import AccessKey, AccountId, CredentialId, UserId


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
