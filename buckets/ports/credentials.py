"""What opens the house: keys, people who sign in, and how often somebody has tried."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from buckets.model.account import Caller, Identity, User
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, Key, KeyPair, Replaced
from buckets.model.login import Login, PasswordHolder
from buckets.names import (
    AccessKey,
    AccountId,
    CredentialId,
    LoginId,
    UserId,
)


class Credentials(Protocol):
    """The part of the catalog that knows what opens the house. Changes whose origin is not given are the program's own."""

    async def add_key_pair(
        self, pair: KeyPair, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None
    ) -> None:
        """An access key is given once, for ever. KeyEnded, and nothing is added, when what it replaces is no good any more."""

    async def add_api_key(self, key: ApiKey, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None) -> None:
        """Like a pair. What is replaced is good for its overlap, and never longer than it would have been."""

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        """A usable pair: not revoked, not expired, of an active user in an active account. In force at once, everywhere."""

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        """A usable key, like a pair."""

    async def find_key(self, account: AccountId, key: CredentialId) -> Key | None:
        """A key of this account, good or not; one of another account is none."""

    async def page_keys(
        self, account: AccountId, *, owner: UserId | None = None, after: CredentialId | None = None, limit: int
    ) -> Sequence[Key]:
        """The newest keys first, of one owner or of all of the account, from the one after `after` on; those that ended too."""

    async def revoke_key(self, key: Key, *, origin: Origin) -> None:
        """From now on it opens nothing, for ever. One that was revoked before stays as it is."""

    async def note_use(self, uses: Collection[tuple[CredentialId, datetime]]) -> None:
        """When keys were last used, to the minute. Ids that are no keys are passed over."""


class Logins(Protocol):
    """The part of the catalog that knows how people sign in."""

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        """The active user of an active account that somebody else calls so."""

    async def add_person(self, user: User, password_hash: str, *, origin: Origin | None) -> bool:
        """A user who signs in with a password; False, and nothing is made, when another of the account has the address."""

    async def find_person(self, email: str, account: AccountId | None) -> UserId | None:
        """The active user who has this address, password or none, however it is written; without an account, the only one."""

    async def find_password_by_email(self, email: str, account: AccountId | None) -> PasswordHolder | None:
        """The active user with a password who has this address, however it is written; without an account, the only one."""

    async def find_password(self, user: UserId) -> PasswordHolder | None:
        """Likewise, by its id."""

    async def set_password(
        self, user: UserId, password_hash: str, *, origin: Origin | None, keeping: LoginId | None = None
    ) -> None:
        """Give a user another password, which ends its logins but one. NoSuchResource when there is no such user."""

    async def renew_password_hash(self, holder: PasswordHolder, password_hash: str) -> None:
        """The same password by a hash that is harder to guess from, unless it was changed meanwhile."""

    async def create_login(self, login: Login, *, revision: int, origin: Origin) -> bool:
        """False, and nothing is made, when the user is not active or of another revision: its password may be another by now."""

    async def find_login(self, token_hash: bytes) -> Login | None:
        """A good one: not revoked, not expired, not left alone for too long, of an active user in an active account."""

    async def find_login_of(self, user: UserId, login: LoginId) -> Login | None:
        """A good one of this user, by its id."""

    async def page_logins(self, user: UserId, *, before: LoginId | None = None, limit: int) -> Sequence[Login]:
        """Where a user is signed in: the good ones, the youngest first, from the one before an id on."""

    async def revoke_login(self, user: UserId, login: LoginId, *, origin: Origin) -> bool:
        """End a good login of this user at once; whether there was one."""

    async def note_seen(self, logins: Collection[LoginId]) -> None:
        """They are in use now."""

    async def forget_logins(self, *, limit: int) -> int:
        """Remove those that are good no more; how many."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many attempts there were in a window, this one included, and how long it is open still."""

    attempts: int
    remaining: timedelta


class Attempts(Protocol):
    """Counts attempts of whatever must not be tried at will, in all processes. While they cannot talk each counts its own."""

    async def count(self, name: str, *, within: timedelta) -> Counted:
        """One more under this name. A window opens with its first attempt and is as long as that one says."""
