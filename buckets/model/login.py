"""People who sign in with a password, and where they are signed in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from buckets.model.account import UNLIMITED, Caller, Role
from buckets.names import AccountId, LoginId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordHolder:
    """An active user with a password, as of a revision of what is known about it."""

    user: UserId
    account: AccountId
    role: Role
    email: str
    password_hash: str = field(repr=False)
    revision: int
    tier: str = UNLIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A person who signed in, known by the hash of the token. It ends at a moment, and sooner when it is not used for `idle`."""

    id: LoginId
    user: UserId
    account: AccountId
    role: Role
    token_hash: bytes = field(repr=False)
    idle: timedelta
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = ""
    address: str = ""
    tier: str = UNLIMITED

    def is_good(self, now: datetime) -> bool:
        """Whether it has neither ended nor been left alone for too long."""
        return now < self.expires_at and now < self.seen_at + self.idle

    @property
    def caller(self) -> Caller:
        return Caller(account=self.account, user=self.user, role=self.role, credential=None, tier=self.tier, login=self.id)
