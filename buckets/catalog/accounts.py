"""Accounts and members in PostgreSQL."""

from buckets.catalog import rows, statements
from buckets.catalog.pool import Pool
from buckets.model.account import Account, User
from buckets.names import AccountId, UserId

_Q = statements.load("accounts")


class PostgresAccounts:
    """The `Accounts` port."""

    _pool: Pool

    async def create_account(self, account: Account, owner: User) -> None:
        async with self._pool.transaction() as session:
            await session.run(_Q["create_account"], account.id, account.canonical_id, account.name, account.operates)
            await session.run(_Q["create_member"], owner.id, owner.account, owner.name, owner.role)

    async def ensure_user(self, user: User) -> bool:
        return await self._pool.row(_Q["ensure_member"], user.id, user.account, user.name, user.role) is not None

    async def find_account(self, account: AccountId) -> Account | None:
        row = await self._pool.row(_Q["find_account"], account)
        return rows.account(row) if row else None

    async def find_first_owner(self) -> User | None:
        row = await self._pool.row(_Q["find_first_owner"])
        return rows.user(row) if row else None

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        row = await self._pool.row(_Q["find_user"], account, user)
        return rows.user(row) if row else None
