"""Accounts and members in dictionaries."""

from buckets.memory.tables import Tables
from buckets.model.account import Account, User
from buckets.names import AccountId, UserId


class MemoryAccounts(Tables):
    """The `Accounts` port."""

    __slots__ = ()

    async def create_account(self, account: Account, owner: User) -> None:
        self.accounts[account.id] = account
        self.users[owner.id] = owner

    async def ensure_user(self, user: User) -> bool:
        is_new = user.id not in self.users
        self.users.setdefault(user.id, user)
        return is_new

    async def find_account(self, account: AccountId) -> Account | None:
        return self.accounts.get(account)

    async def find_first_owner(self) -> User | None:
        return next(iter(self.users.values()), None)

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        found = self.users.get(user)
        return found if found and found.account == account else None
