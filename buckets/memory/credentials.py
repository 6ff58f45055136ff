"""Keys in dictionaries."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from buckets.errors import CatalogUnavailable, KeyEnded
from buckets.memory.tables import Tables
from buckets.model.account import Status
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, Key, KeyKind, KeyPair, Replaced
from buckets.names import AccessKey, AccountId, CredentialId, UserId

C = TypeVar("C", KeyPair, ApiKey)

_MINUTE = timedelta(minutes=1)


class MemoryCredentials(Tables):
    """The `Credentials` port. What is known of a key stands in `keys`, and its proof in a dictionary of its kind."""

    __slots__ = ()

    async def add_key_pair(
        self, pair: KeyPair, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None
    ) -> None:
        if pair.access_key in self.key_pairs:
            raise CatalogUnavailable("it has such an access key already")
        self._add(self._fresh(pair, name, KeyKind.S3, pair.access_key), origin, replaces)
        self.key_pairs[pair.access_key] = pair

    async def add_api_key(self, key: ApiKey, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None) -> None:
        self._add(self._fresh(key, name, KeyKind.BEARER, key.prefix), origin, replaces)
        self.api_keys[key.token_hash] = key

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        pair = self.key_pairs.get(access_key)
        return self._as_it_stands(pair) if pair and self._usable(pair) else None

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        key = self.api_keys.get(token_hash)
        return self._as_it_stands(key) if key and self._usable(key) else None

    async def find_key(self, account: AccountId, key: CredentialId) -> Key | None:
        found = self.keys.get(key)
        return found if found and found.account == account else None

    async def page_keys(
        self, account: AccountId, *, owner: UserId | None = None, after: CredentialId | None = None, limit: int
    ) -> Sequence[Key]:
        found = [key for key in self.keys.values() if key.account == account and owner in (None, key.owner)]
        behind = (key for key in found if after is None or key.id < after)
        return sorted(behind, key=lambda key: key.id, reverse=True)[:limit]

    async def revoke_key(self, key: Key, *, origin: Origin) -> None:
        if self.keys[key.id].revoked_at is None:
            self.keys[key.id] = replace(self.keys[key.id], revoked_at=self.clock.now())
            self._record_key(key, origin, "revoke_key")

    async def note_use(self, uses: Collection[tuple[CredentialId, datetime]]) -> None:
        for id_, at in uses:
            key = self.keys.get(id_)
            if key and (key.last_used_at is None or key.last_used_at <= at - _MINUTE):
                self.keys[id_] = replace(key, last_used_at=at)

    def _fresh(self, added: KeyPair | ApiKey, name: str, kind: KeyKind, hint: str) -> Key:
        return Key(
            id=added.id,
            account=added.account,
            owner=added.owner,
            name=name,
            kind=kind,
            hint=hint,
            created_at=self.clock.now(),
            grant=added.grant,
            expires_at=added.expires_at,
        )

    def _add(self, key: Key, origin: Origin | None, replaces: Replaced | None) -> None:
        if replaces:
            self._replace(replaces, origin)
        self.keys[key.id] = key
        self._record_key(key, origin, "create_key")

    def _replace(self, replaced: Replaced, origin: Origin | None) -> None:
        present, now = self.keys[replaced.key.id], self.clock.now()
        if not present.is_good(now):
            raise KeyEnded
        until = now + replaced.overlap
        self.keys[present.id] = replace(present, expires_at=min(present.expires_at or until, until))
        self._record_key(present, origin, "replace_key")

    def _record_key(self, key: Key, origin: Origin | None, action: str) -> None:
        what = origin.action if origin else action
        self.record(Deed(id=self.ids.uuid7(), account=key.account, action=what, subject=f"key:{key.id}"), origin)

    def _as_it_stands(self, credential: C) -> C:
        owner, known = self.users[credential.owner], self.keys[credential.id]
        return replace(credential, role=owner.role, tier=owner.tier, expires_at=known.expires_at)

    def _usable(self, credential: KeyPair | ApiKey) -> bool:
        active = self.users[credential.owner].status is self.accounts[credential.account].status is Status.ACTIVE
        return active and self.keys[credential.id].is_good(self.clock.now())
