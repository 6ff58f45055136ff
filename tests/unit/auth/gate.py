"""A gate with one caller behind it, who holds a key pair and an API key."""

import dataclasses
import hashlib
import re
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import pytest

from buckets.errors import ClientFault, NotAuthenticated
from buckets.model.account import Role
from buckets.model.credential import ApiKey, KeyPair
from buckets.names import AccessKey, AccountId, CredentialId, UserId
from gateway.auth import keys, tokens
from gateway.auth.authenticate import Authenticated, Authenticator
from gateway.auth.seal import Seal
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.verifier import SignatureVerifier
from gateway.auth.tokens import BearerVerifier

NOW = datetime(2026, 11, 21, 12, 3, tzinfo=UTC)
REGION = "us-east-1"
_SIGNATURE = re.compile(r"Signature=([^&]{16,})")


class SteadyClock:
    """Stands still."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0


class CountedIds:
    """Never the same twice, always the same in the next run."""

    def __init__(self) -> None:
        self._turn = count()

    def uuid7(self) -> UUID:
        return UUID(bytes=self.secret(16))

    def secret(self, size: int) -> bytes:
        return hashlib.shake_256(str(next(self._turn)).encode()).digest(size)


class WatchedSeal(Seal):
    """Remembers for whom it was opened."""

    def __init__(self, key: bytes, *, ids: CountedIds) -> None:
        super().__init__(key, ids=ids)
        self.opened: list[AccessKey] = []

    def unseal(self, sealed: bytes, access_key: AccessKey) -> str:
        self.opened.append(access_key)
        return super().unseal(sealed, access_key)


class Gate:
    """An `Authenticator` over one key pair and one API key."""

    def __init__(self, pair: keys.MintedPair | None = None, *, now: datetime = NOW) -> None:
        ids = CountedIds()
        self.pair = pair or keys.mint(ids)
        self.token = tokens.mint(ids)
        self.seal = WatchedSeal(ids.secret(32), ids=ids)
        self.asked = 0
        self._pair = _key_pair(self.pair.access_key, self.seal.seal(self.pair.secret, self.pair.access_key))
        self._key = _api_key(self.token)
        self.caller = self._pair.caller
        self.bearer = self._key.caller
        self._authenticator = Authenticator(
            signatures=SignatureVerifier(find=self._find_pair, seal=self.seal, clock=SteadyClock(now), region=REGION),
            bearers=BearerVerifier(find=self._find_key),
        )

    async def accepts(self, request: SignedRequest) -> Authenticated:
        """As the door does where a credential is needed."""
        authenticated = await self._authenticator.authenticate(request)
        if authenticated is None:
            raise NotAuthenticated("there is no credential")
        return authenticated

    async def refuses(self, request: SignedRequest) -> ClientFault:
        """Why the request is refused: always a leaf of the tree, and it never tells what was compared."""
        with pytest.raises(ClientFault) as caught:
            await self.accepts(request)
        fault = caught.value
        assert not type(fault).__subclasses__()
        self._keeps_secrets(fault, request)
        return fault

    def _keeps_secrets(self, fault: ClientFault, request: SignedRequest) -> None:
        told = f"{fault} {fault!r} {vars(fault)} {request!r}"
        assert self.pair.secret not in told
        assert self.token.token not in told
        sent = dict(request.headers).get("Authorization", "") + "&" + request.raw_query.decode("latin-1")
        assert not [signature for signature in _SIGNATURE.findall(sent) if signature in told]

    async def _find_pair(self, access_key: AccessKey) -> KeyPair | None:
        self.asked += 1
        return self._pair if access_key == self._pair.access_key else None

    async def _find_key(self, token_hash: bytes) -> ApiKey | None:
        return self._key if token_hash == self._key.token_hash else None


def with_header(request: SignedRequest, name: str, value: str) -> SignedRequest:
    """The same request with another value of one header, at its place."""
    headers = [(known, value if known.lower() == name.lower() else kept) for known, kept in request.headers]
    return dataclasses.replace(request, headers=headers)


def with_more(request: SignedRequest, *headers: tuple[str, str]) -> SignedRequest:
    """The same request with headers added after it was signed."""
    return dataclasses.replace(request, headers=[*request.headers, *headers])


def _key_pair(access_key: AccessKey, sealed: bytes) -> KeyPair:
    return KeyPair(
        id=CredentialId(UUID(int=1)),
        account=AccountId("000000000001"),
        owner=UserId(UUID(int=2)),
        role=Role.USER,
        access_key=access_key,
        sealed_secret=sealed,
    )


def _api_key(token: tokens.MintedToken) -> ApiKey:
    return ApiKey(
        id=CredentialId(UUID(int=3)),
        account=AccountId("000000000001"),
        owner=UserId(UUID(int=4)),
        role=Role.SERVICE,
        token_hash=token.token_hash,
        prefix=token.prefix,
    )
