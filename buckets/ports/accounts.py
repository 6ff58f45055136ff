"""Who exists: accounts and their people, and what passes from one to another."""

from collections.abc import Sequence
from typing import Protocol

from buckets.model.account import Account, Role, Status, User
from buckets.model.commit import Origin, Owner
from buckets.model.estate import PassedOn, Spot
from buckets.names import (
    AccountId,
    UserId,
)


class Accounts(Protocol):
    """The part of the catalog that knows who exists. Changes whose origin is not given are the program's own."""

    async def create_account(self, account: Account, owner: User, *, origin: Origin | None = None) -> None:
        """Create an account with its first user. IdentityTaken when somebody goes by one of the owner's."""

    async def page_accounts(self, *, after: str, limit: int) -> Sequence[Account]:
        """All accounts whose numbers come after a text, in the order of these."""

    async def change_account(self, present: Account, wanted: Account, *, origin: Origin) -> Account:
        """Give it another name and status. Overtaken when it is not as it was by now, NoSuchAccount when there is none."""

    async def ensure_user(self, user: User) -> bool:
        """Make a user of an account known, and whether that was to be done: one with this id stays as it is."""

    async def add_user(self, user: User, *, origin: Origin) -> None:
        """A new one. EmailTaken when another of its account has the address, however written, IdentityTaken when somebody goes by
        one of its identities. What those who were deleted had is free.
        """

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        """One of an account, in whatever state."""

    async def page_users(
        self,
        account: AccountId,
        *,
        role: Role | None = None,
        status: Status | None = None,
        email: str | None = None,
        after: UserId | None = None,
        limit: int,
    ) -> Sequence[User]:
        """The users of an account in the order of their ids. Without a status, all that are not deleted."""

    async def change_user(self, user: User, *, origin: Origin) -> User:
        """Make a user what is said here. Overtaken when its revision is another by now, NoSuchUser when it is gone; EmailTaken and
        IdentityTaken as above, LastOwner when the account would have no active owner any more.
        """

    async def delete_user(self, user: User, *, origin: Origin, force: bool = False) -> None:
        """It stays on record, and no key of its is usable any more. Overtaken, NoSuchUser and LastOwner as above. UserOwnsObjects
        when it has buckets or objects, unless `force`; trash is none.
        """

    async def find_account(self, account: AccountId) -> Account | None: ...

    async def find_first_owner(self) -> User | None:
        """The first owner of the oldest account."""


class Estates(Protocol):
    """What users leave to others of their account. Any number may be at it; a COMMIT and who passes on wait for each other.

    NoSuchUser when there is something to be had, and the heir is not in the account, or gone.
    """

    async def pass_on_buckets(self, giver: Owner, heir: UserId) -> int:
        """All living buckets of a user; how many."""

    async def pass_on_versions(self, giver: Owner, heir: UserId, *, after: Spot | None, limit: int) -> PassedOn:
        """Look at some versions of the account behind a mark, or at none: those of the giver, trash included, are the heir's then,
        and it is charged for them.
        """
