"""What `seawall users` does in the catalog."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from buckets.errors import InvalidScalar
from buckets.memory.meter import MemoryMeter
from buckets.model.account import Role, Status, User
from buckets.names import AccountId, UserId
from buckets.ports import Catalog, Clock, Ids
from buckets.service.founding import Founding
from buckets.settings import Secret
from gateway.auth.passwords import Passwords
from gateway.build.knowledge import knowledge
from gateway.config.config import Config
from gateway.system import SystemClock, SystemIds


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Those who sign in. The program itself does this, on behalf of nobody."""

    catalog: Catalog
    passwords: Passwords
    ids: Ids
    clock: Clock

    async def add(self, *, email: str, name: str, role: Role, account: AccountId | None, password: Secret) -> User:
        """In the first account unless told, which is made where there is none."""
        number = await self._active(account) if account else await self._first()
        user = User(id=UserId(self.ids.uuid7()), account=number, name=name, role=role, email=email)
        if not await self.catalog.add_person(user, await self.passwords.hash(password), origin=None):
            raise InvalidScalar("The address", f"another user of the account {number} has it")
        return user

    async def find(self, email: str, account: AccountId | None) -> UserId:
        found = await self.catalog.find_person(email, account)
        if found is None:
            raise InvalidScalar("The address", "no active user has it, or those of several accounts: say the account then")
        return found

    async def set_password(self, user: UserId, password: Secret) -> None:
        await self.catalog.set_password(user, await self.passwords.hash(password), origin=None)

    async def _first(self) -> AccountId:
        founding = Founding(accounts=self.catalog, buckets=self.catalog, ids=self.ids, clock=self.clock)
        return (await founding.owner()).account

    async def _active(self, account: AccountId) -> AccountId:
        found = await self.catalog.find_account(account)
        if found is None or found.status is not Status.ACTIVE:
            raise InvalidScalar("The account", "there is no active one of this number")
        return account


@asynccontextmanager
async def people(config: Config) -> AsyncIterator[People]:
    """Over the catalog alone: no store is needed to know somebody."""
    clock, ids = SystemClock(), SystemIds()
    async with AsyncExitStack() as stack:
        known = await knowledge(config, MemoryMeter(), clock, ids, stack)
        passwords = Passwords(ids=ids)
        stack.callback(passwords.close)
        yield People(catalog=known.catalog, passwords=passwords, ids=ids, clock=clock)
