"""Making accounts, and the people in them."""

from dataclasses import dataclass
from hashlib import sha256

from buckets.model.account import Account, User
from buckets.model.commit import Origin
from buckets.model.profile import Profile
from buckets.names import AccountId, UserId
from buckets.ports import Accounts, Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAccount:
    """Makes accounts, each with its first owner."""

    accounts: Accounts
    ids: Ids

    async def __call__(
        self, name: str, owner: Profile, origin: Origin | None = None, *, operates: bool = False
    ) -> tuple[Account, User]:
        number = AccountId(f"{int.from_bytes(self.ids.secret(8), 'big') % 10**12:012d}")
        canonical = sha256(self.ids.secret(32)).hexdigest()
        account = Account(id=number, canonical_id=canonical, name=name, operates=operates)
        first = _user(self.ids, number, owner)
        await self.accounts.create_account(account, first, origin=origin)
        return account, first


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUser:
    """Makes users of an account that is there."""

    accounts: Accounts
    ids: Ids

    async def __call__(self, account: AccountId, profile: Profile, origin: Origin) -> User:
        user = _user(self.ids, account, profile)
        await self.accounts.add_user(user, origin=origin)
        return user


def _user(ids: Ids, account: AccountId, profile: Profile) -> User:
    return profile.applied_to(User(id=UserId(ids.uuid7()), account=account, name=profile.name, role=profile.role))
