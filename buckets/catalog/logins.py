"""How people sign in, in PostgreSQL."""

from buckets.catalog.lookups import Lookups
from buckets.model.account import Caller, Identity


class PostgresLogins:
    """The `Logins` port."""

    _lookups: Lookups

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        return await self._lookups.identities.find(identity)
