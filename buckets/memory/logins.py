"""How people sign in, in dictionaries."""

from buckets.memory.tables import Tables
from buckets.model.account import Caller, Identity, Status, User


class MemoryLogins(Tables):
    """The `Logins` port."""

    __slots__ = ()

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        user = next((each for each in self.users.values() if identity in each.identities), None)
        return self._caller(user) if user and self._is_active(user) else None

    def _is_active(self, user: User) -> bool:
        return user.status is self.accounts[user.account].status is Status.ACTIVE

    def _caller(self, user: User) -> Caller:
        return Caller(account=user.account, user=user.id, role=user.role, credential=None, tier=user.tier)
