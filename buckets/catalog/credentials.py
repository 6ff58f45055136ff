"""Keys in PostgreSQL. What is done to a key leaves its line in the audit in the same transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from buckets.catalog import audit, grants, rows, statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.lookups import Lookups
from buckets.catalog.pool import Pool, Session
from buckets.catalog.statements import Query
from buckets.errors import KeyEnded
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, Key, KeyPair, Replaced
from buckets.names import AccessKey, AccountId, CredentialId, UserId
from buckets.ports import Ids

_Q = statements.load("credentials")
_BEHIND_ALL = CredentialId(UUID(int=(1 << 128) - 1))


class PostgresCredentials:
    """The `Credentials` port."""

    _pool: Pool
    _lookups: Lookups
    _ids: Ids

    async def add_key_pair(
        self, pair: KeyPair, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None
    ) -> None:
        row = _row(pair, name, pair.access_key, pair.sealed_secret)
        await self._add(_Q["add_key_pair"], row, pair, origin, replaces)

    async def add_api_key(self, key: ApiKey, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None) -> None:
        row = _row(key, name, key.token_hash, key.prefix)
        await self._add(_Q["add_api_key"], row, key, origin, replaces)

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        return await self._lookups.key_pairs.find(access_key)

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        return await self._lookups.api_keys.find(token_hash)

    async def find_key(self, account: AccountId, key: CredentialId) -> Key | None:
        row = await self._pool.row(_Q["find_key"], account, key)
        return rows.key(row) if row else None

    async def page_keys(
        self, account: AccountId, *, owner: UserId | None = None, after: CredentialId | None = None, limit: int
    ) -> Sequence[Key]:
        query, whose = (_Q["page_keys_of"], [owner]) if owner else (_Q["page_keys"], [])
        return [rows.key(row) for row in await self._pool.rows(query, account, after or _BEHIND_ALL, limit, *whose)]

    async def revoke_key(self, key: Key, *, origin: Origin) -> None:
        async with self._pool.transaction() as session:
            if await session.row(_Q["revoke_key"], key.id):
                await self._audit_key(session, key, origin, "revoke_key")

    async def note_use(self, uses: Collection[tuple[CredentialId, datetime]]) -> None:
        await self._pool.run(_Q["note_use"], *columns(uses, 2), idempotent=True)

    async def _add(
        self, query: Query, row: Sequence[Any], added: KeyPair | ApiKey, origin: Origin | None, replaces: Replaced | None
    ) -> None:
        async with self._pool.transaction() as session:
            if replaces:
                await self._replace(session, replaces, origin)
            await session.run(query, *row)
            await self._audit_key(session, added, origin, "create_key")

    async def _replace(self, session: Session, replaced: Replaced, origin: Origin | None) -> None:
        if not await session.row(_Q["replace_key"], replaced.key.id, replaced.overlap):
            raise KeyEnded
        await self._audit_key(session, replaced.key, origin, "replace_key")

    async def _audit_key(self, session: Session, key: Key | KeyPair | ApiKey, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        deed = Deed(id=self._ids.uuid7(), account=key.account, action=what, subject=f"key:{key.id}")
        await audit.record(session, [(deed, origin)])


def _row(key: KeyPair | ApiKey, name: str, *proof: str | bytes) -> Sequence[Any]:
    return key.id, key.account, key.owner, name, *proof, key.expires_at, grants.written(key.grant)
