"""Accounts in dictionaries."""

from collections.abc import Sequence
from dataclasses import replace

from buckets.errors import NoSuchAccount, Overtaken
from buckets.memory.users import MemoryUsers
from buckets.model.account import Account, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.names import AccountId


class MemoryAccounts(MemoryUsers):
    """The `Accounts` port."""

    __slots__ = ()

    async def create_account(self, account: Account, owner: User, *, origin: Origin | None = None) -> None:
        self.must_be_unlike_others(owner)
        self.accounts[account.id] = account
        self.users[owner.id] = owner
        self._record_account(account, origin, "create_account")

    async def page_accounts(self, *, after: str, limit: int) -> Sequence[Account]:
        return sorted((each for each in self.accounts.values() if each.id > after), key=lambda each: each.id)[:limit]

    async def change_account(self, present: Account, wanted: Account, *, origin: Origin) -> Account:
        known = self.accounts.get(present.id)
        if known is None:
            raise NoSuchAccount(present.id)
        if (known.name, known.status) != (present.name, present.status):
            raise Overtaken
        changed = self.accounts[known.id] = replace(known, name=wanted.name, status=wanted.status)
        self._record_account(known, origin, origin.action)
        return changed

    async def ensure_user(self, user: User) -> bool:
        is_new = user.id not in self.users
        self.users.setdefault(user.id, user)
        return is_new

    async def find_account(self, account: AccountId) -> Account | None:
        return self.accounts.get(account)

    async def find_first_owner(self) -> User | None:
        return next(iter(self.users.values()), None)

    def _record_account(self, account: Account, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        self.record(Deed(id=self.ids.uuid7(), account=account.id, action=what, subject=f"account:{account.id}"), origin)
