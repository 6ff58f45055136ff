"""Accounts, members and credentials in dictionaries."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from buckets.errors import NoSuchAccount, Overtaken
from buckets.memory.users import MemoryUsers
from buckets.model.account import Account, Status, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import AccessKey, AccountId

C = TypeVar("C", KeyPair, ApiKey)


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

    async def add_key_pair(self, pair: KeyPair, *, name: str) -> None:
        self.key_pairs[pair.access_key] = pair

    async def add_api_key(self, key: ApiKey, *, name: str) -> None:
        self.api_keys[key.token_hash] = key

    async def find_account(self, account: AccountId) -> Account | None:
        return self.accounts.get(account)

    async def find_first_owner(self) -> User | None:
        return next(iter(self.users.values()), None)

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        pair = self.key_pairs.get(access_key)
        return self._as_it_stands(pair) if pair and self._usable(pair) else None

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        key = self.api_keys.get(token_hash)
        return self._as_it_stands(key) if key and self._usable(key) else None

    def _as_it_stands(self, credential: C) -> C:
        owner = self.users[credential.owner]
        return replace(credential, role=owner.role, tier=owner.tier)

    def _usable(self, credential: KeyPair | ApiKey) -> bool:
        active = self.users[credential.owner].status is self.accounts[credential.account].status is Status.ACTIVE
        return active and (credential.expires_at is None or credential.expires_at > self.clock.now())

    def _record_account(self, account: Account, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        self.record(Deed(id=self.ids.uuid7(), account=account.id, action=what, subject=f"account:{account.id}"), origin)
