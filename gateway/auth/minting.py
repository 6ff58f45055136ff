"""Making keys: the proof is made here, told to its owner once, and known to the catalog sealed or as a hash."""

from dataclasses import dataclass, field

from buckets.errors import CatalogUnavailable
from buckets.model.account import User
from buckets.model.commit import Origin
from buckets.model.credential import ApiKey, Key, KeyKind, KeyPair, Replaced, Terms
from buckets.names import CredentialId
from buckets.ports import Credentials, Ids
from gateway.auth import keys, tokens
from gateway.auth.seal import Seal


@dataclass(frozen=True, slots=True)
class Minted:
    """A fresh key with its secret: that of a pair, or all of an API key."""

    key: Key
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minting:
    """Makes keys. Whether their terms are within bounds was asked before."""

    credentials: Credentials
    seal: Seal
    ids: Ids

    async def __call__(self, terms: Terms, owner: User, origin: Origin, replaces: Replaced | None = None) -> Minted:
        make = self._pair if terms.kind is KeyKind.S3 else self._api_key
        number = CredentialId(self.ids.uuid7())
        secret = await make(number, terms, owner, origin, replaces)
        key = await self.credentials.find_key(owner.account, number)
        if key is None:
            raise CatalogUnavailable("it does not know a key that was just made")
        return Minted(key, secret)

    async def _pair(self, number: CredentialId, terms: Terms, owner: User, origin: Origin, replaces: Replaced | None) -> str:
        minted = keys.mint(self.ids)
        pair = KeyPair(
            id=number,
            account=owner.account,
            owner=owner.id,
            role=owner.role,
            access_key=minted.access_key,
            sealed_secret=self.seal.seal(minted.secret, minted.access_key),
            expires_at=terms.expires_at,
            grant=terms.grant,
        )
        await self.credentials.add_key_pair(pair, name=terms.name, origin=origin, replaces=replaces)
        return minted.secret

    async def _api_key(self, number: CredentialId, terms: Terms, owner: User, origin: Origin, replaces: Replaced | None) -> str:
        minted = tokens.mint(self.ids)
        key = ApiKey(
            id=number,
            account=owner.account,
            owner=owner.id,
            role=owner.role,
            token_hash=minted.token_hash,
            prefix=minted.prefix,
            expires_at=terms.expires_at,
            grant=terms.grant,
        )
        await self.credentials.add_api_key(key, name=terms.name, origin=origin, replaces=replaces)
        return minted.token
