"""The accounts that a caller may do something with: its own, and all of them where it runs the installation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from buckets.errors import CatalogUnavailable, NoSuchAccount, NotPermitted
from buckets.model.account import Account, Status, User
from buckets.model.action import Action
from buckets.model.profile import Profile
from buckets.names import AccountId
from buckets.ports import Accounts
from buckets.service.people import MakeAccount
from gateway.auth.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServices:
    """The use cases, unguarded."""

    accounts: Accounts
    make: MakeAccount


@dataclass(frozen=True, slots=True)
class GuardedAccounts:
    """What one caller may do with accounts, within one request."""

    permit: Permit
    services: AccountServices

    async def own(self) -> Account:
        found = await self.services.accounts.find_account(self.permit.caller.account)
        if found is None:
            raise CatalogUnavailable("it does not know the account of a credential")
        return found

    async def find(self, id_: AccountId) -> Account:
        """Another's answers exactly like none, unless the caller runs the installation."""
        own = await self.own()
        if id_ == own.id:
            return own
        found = await self.services.accounts.find_account(id_) if self._operates(own) else None
        if found is None:
            raise NoSuchAccount(id_)
        return found

    async def page(self, *, after: str = "", limit: int) -> Sequence[Account]:
        own = await self.own()
        if self._operates(own):
            return await self.services.accounts.page_accounts(after=after, limit=limit)
        return [own] if own.id > after else []

    async def make(self, name: str, owner: Profile) -> tuple[Account, User]:
        """With its first owner."""
        self.permit.must(Action.MANAGE_ACCOUNT)
        if not self._operates(await self.own()):
            raise NotPermitted(Action.MANAGE_ACCOUNT)
        return await self.services.make(name, owner, self.permit.origin("create_account"))

    async def change(self, present: Account, *, name: str, status: Status) -> Account:
        """Give an account that was found another name or status, unless somebody has done so since."""
        self.permit.must(Action.MANAGE_ACCOUNT)
        found = await self.find(present.id)
        is_own = found.id == self.permit.caller.account
        if is_own and status is not present.status:  # nobody locks itself out, or its own account in again
            raise NotPermitted(Action.MANAGE_ACCOUNT)
        wanted = replace(present, name=name, status=status)
        return await self.services.accounts.change_account(present, wanted, origin=self.permit.origin("change_account"))

    def _operates(self, own: Account) -> bool:
        """Whether the caller looks after all accounts."""
        if not own.operates:
            return False
        try:
            self.permit.must(Action.MANAGE_ACCOUNT)
        except NotPermitted:
            return False
        return True
