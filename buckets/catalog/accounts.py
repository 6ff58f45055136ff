"""Accounts and members in PostgreSQL."""

from collections.abc import Sequence

from buckets.catalog import audit, rows, statements, users
from buckets.catalog.pool import Session
from buckets.catalog.users import PostgresUsers
from buckets.errors import NoSuchAccount, Overtaken
from buckets.model.account import Account, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.names import AccountId

_Q = statements.load("accounts")


class PostgresAccounts(PostgresUsers):
    """The `Accounts` port."""

    async def create_account(self, account: Account, owner: User, *, origin: Origin | None = None) -> None:
        async with self._pool.transaction() as session:
            await session.run(_Q["create_account"], account.id, account.canonical_id, account.name, account.operates)
            await users.add(session, owner)
            await self._record_account(session, account, origin, "create_account")

    async def page_accounts(self, *, after: str, limit: int) -> Sequence[Account]:
        return [rows.account(row) for row in await self._pool.rows(_Q["page_accounts"], after, limit)]

    async def change_account(self, present: Account, wanted: Account, *, origin: Origin) -> Account:
        async with self._pool.transaction() as session:
            before, after = (present.name, present.status), (wanted.name, wanted.status)
            row = await session.row(_Q["change_account"], present.id, *before, *after)
            if row is None:
                known = await session.row(_Q["find_account"], present.id)
                raise Overtaken if known else NoSuchAccount(present.id)
            await self._record_account(session, present, origin, origin.action)
            return rows.account(row)

    async def ensure_user(self, user: User) -> bool:
        return await self._pool.row(_Q["ensure_member"], user.id, user.account, user.name, user.role) is not None

    async def find_account(self, account: AccountId) -> Account | None:
        row = await self._pool.row(_Q["find_account"], account)
        return rows.account(row) if row else None

    async def find_first_owner(self) -> User | None:
        row = await self._pool.row(_Q["find_first_owner"])
        return rows.user(row) if row else None

    async def _record_account(self, session: Session, account: Account, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        deed = Deed(id=self._ids.uuid7(), account=account.id, action=what, subject=f"account:{account.id}")
        await audit.record(session, [(deed, origin)])
