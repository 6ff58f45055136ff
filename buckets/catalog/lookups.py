"""The look-ups that nearly every request makes. Each asks PostgreSQL anew; those made at the same time share a query.

Nothing that was answered is kept: only what a row says, as values of ours, is remembered by the row itself, for to read the same
words again costs more than to fetch them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, TypeVar

from buckets.catalog import rows, statements
from buckets.catalog.coalesced import Coalescer
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Pool, Session
from buckets.catalog.statements import Query
from buckets.model.account import Caller, Identity
from buckets.model.bucket import Bucket
from buckets.model.credential import ApiKey, KeyPair
from buckets.model.login import Login
from buckets.model.version import Head
from buckets.names import AccessKey, BucketId, BucketName, ObjectKey

_CREDENTIALS, _LOGINS, _BUCKETS, _OBJECTS = map(statements.load, ("credentials", "logins", "buckets", "objects"))
_REMEMBERED = 4096

V = TypeVar("V")
_Name: TypeAlias = tuple[BucketId, ObjectKey]


class Lookups:
    """By names; a name that nothing has is not in the answer."""

    def __init__(self, pool: Pool) -> None:
        self._coalescer = coalescer = Coalescer(pool)
        self._key_pair, self._api_key = _remembering(rows.key_pair), _remembering(rows.api_key)
        self._bucket, self._head = _remembering(rows.bucket), _remembering(rows.head)
        self.key_pairs = coalescer.look_up(self._key_pairs)
        self.api_keys = coalescer.look_up(self._api_keys)
        self.identities = coalescer.look_up(_identities)
        self.logins = coalescer.look_up(_logins)
        self.buckets = coalescer.look_up(self._buckets)
        self.heads = coalescer.look_up(self._heads)

    @property
    def waiting(self) -> int:
        """How many have not been sent yet."""
        return self._coalescer.waiting

    async def _key_pairs(self, session: Session, names: Sequence[AccessKey]) -> Mapping[AccessKey, KeyPair]:
        found = await _found(session, _CREDENTIALS["find_key_pairs"], self._key_pair, names)
        return {pair.access_key: pair for pair in found}

    async def _api_keys(self, session: Session, hashes: Sequence[bytes]) -> Mapping[bytes, ApiKey]:
        return {key.token_hash: key for key in await _found(session, _CREDENTIALS["find_api_keys"], self._api_key, hashes)}

    async def _buckets(self, session: Session, names: Sequence[BucketName]) -> Mapping[BucketName, Bucket]:
        return {bucket.name: bucket for bucket in await _found(session, _BUCKETS["find_buckets"], self._bucket, names)}

    async def _heads(self, session: Session, names: Sequence[_Name]) -> Mapping[_Name, Head]:
        found = await _found(session, _OBJECTS["find_heads"], self._head, *columns(names, 2))
        return {(head.bucket, head.key): head for head in found}


async def _identities(session: Session, asked: Sequence[Identity]) -> Mapping[Identity, Caller]:
    said = columns(((each.issuer, each.subject) for each in asked), 2)
    return {rows.identity(row): rows.caller(row) for row in await session.rows(_LOGINS["find_identities"], *said)}


async def _logins(session: Session, hashes: Sequence[bytes]) -> Mapping[bytes, Login]:
    return {login.token_hash: login for login in await _found(session, _LOGINS["find_logins"], rows.login, hashes)}


async def _found(session: Session, query: Query, value: Callable[[rows.Row], V], *asked: Sequence[object]) -> Sequence[V]:
    return [value(row) for row in await session.rows(query, *asked)]


def _remembering(value: Callable[[rows.Row], V]) -> Callable[[rows.Row], V]:
    return lru_cache(_REMEMBERED)(value)  # type: ignore[return-value]  # a record is hashable
