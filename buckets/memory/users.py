"""Users in dictionaries."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from buckets import people
from buckets.errors import EmailTaken, IdentityTaken, LastOwner, NoSuchUser, Overtaken, UserOwnsObjects
from buckets.memory.tables import Tables
from buckets.model.account import Role, Status, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.names import AccountId, UserId


class MemoryUsers(Tables):
    """The part of the `Accounts` port that knows people."""

    __slots__ = ()

    async def add_user(self, user: User, *, origin: Origin) -> None:
        self.must_be_unlike_others(user)
        self.users[user.id] = user
        self._record_user(user, origin)

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        found = self.users.get(user)
        return found if found and found.account == account else None

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
        among = [each for each in self._of(account, status) if after is None or each.id > after]
        found = [each for each in among if role in (None, each.role) and (email is None or _same(each.email, email))]
        return sorted(found, key=lambda each: each.id)[:limit]

    async def change_user(self, user: User, *, origin: Origin) -> User:
        present = self._present_user(user)
        self._must_stay_led(present, user)
        self.must_be_unlike_others(user)
        changed = self.users[user.id] = replace(user, account=present.account, revision=present.revision + 1)
        self._record_user(user, origin)
        return changed

    async def delete_user(self, user: User, *, origin: Origin, force: bool = False) -> None:
        present = self._present_user(user)
        self._must_stay_led(present, None)
        if not force and self._owns_something(present):
            raise UserOwnsObjects
        gone = replace(present, status=Status.DELETED, identities=frozenset(), revision=present.revision + 1)
        self.users[user.id] = gone
        self._record_user(user, origin)

    def must_be_unlike_others(self, user: User) -> None:
        others = [each for each in self.users.values() if each.id != user.id and each.status is not Status.DELETED]
        if user.email and any(each.account == user.account and _same(each.email, user.email) for each in others):
            raise EmailTaken
        if any(each.identities & user.identities for each in others):
            raise IdentityTaken

    def _present_user(self, user: User) -> User:
        present = self.users.get(user.id)
        if present is None or present.account != user.account or present.status is Status.DELETED:
            raise NoSuchUser(str(user.id))
        if present.revision != user.revision:
            raise Overtaken
        return present

    def _of(self, account: AccountId, status: Status | None) -> Iterator[User]:
        for each in self.users.values():
            if each.account == account and (each.status is status if status else each.status is not Status.DELETED):
                yield each

    def _must_stay_led(self, present: User, wanted: User | None) -> None:
        others = (each for each in self._of(present.account, Status.ACTIVE) if each.id != present.id)
        if people.gives_up_leading(present, wanted) and not any(map(people.leads, others)):
            raise LastOwner

    def _owns_something(self, user: User) -> bool:
        usage = self.usage.get((user.account, user.id))
        has_bucket = any(bucket.owner == user.id for bucket in self.buckets.values())
        return has_bucket or (usage is not None and usage.stored_objects > 0)

    def _record_user(self, user: User, origin: Origin) -> None:
        deed = Deed(id=self.ids.uuid7(), account=user.account, action=origin.action, subject=f"user:{user.id}")
        self.record(deed, origin)


def _same(address: str | None, other: str) -> bool:
    return address is not None and address.lower() == other.lower()
