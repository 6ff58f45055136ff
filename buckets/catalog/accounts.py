"""Accounts, members and credentials in PostgreSQL."""

from buckets.catalog import grants, rows, statements
from buckets.catalog.lookups import Lookups
from buckets.catalog.pool import Pool
from buckets.model.account import Account, User
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import AccessKey, AccountId

_Q = statements.load("accounts")


class PostgresAccounts:
    """The `Accounts` port."""

    _pool: Pool
    _lookups: Lookups

    async def create_account(self, account: Account, owner: User) -> None:
        async with self._pool.transaction() as session:
            await session.run(_Q["create_account"], account.id, account.canonical_id, account.name, account.operates)
            await session.run(_Q["create_member"], owner.id, owner.account, owner.name, owner.role)

    async def ensure_user(self, user: User) -> bool:
        return await self._pool.row(_Q["ensure_member"], user.id, user.account, user.name, user.role) is not None

    async def add_key_pair(self, pair: KeyPair, *, name: str) -> None:
        secret = pair.access_key, pair.sealed_secret
        await self._pool.run(
            _Q["add_key_pair"], pair.id, pair.account, pair.owner, name, *secret, pair.expires_at, grants.written(pair.grant)
        )

    async def add_api_key(self, key: ApiKey, *, name: str) -> None:
        token = key.token_hash, key.prefix
        await self._pool.run(
            _Q["add_api_key"], key.id, key.account, key.owner, name, *token, key.expires_at, grants.written(key.grant)
        )

    async def find_account(self, account: AccountId) -> Account | None:
        row = await self._pool.row(_Q["find_account"], account)
        return rows.account(row) if row else None

    async def find_first_owner(self) -> User | None:
        row = await self._pool.row(_Q["find_first_owner"])
        return rows.user(row) if row else None

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        return await self._lookups.key_pairs.find(access_key)

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        return await self._lookups.api_keys.find(token_hash)
