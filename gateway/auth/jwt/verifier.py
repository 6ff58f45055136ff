"""Knows a caller by a token that somebody else has signed."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from buckets.errors import NotAuthenticated
from buckets.model.account import Caller, Identity
from buckets.ports import Clock
from gateway.auth.jwt.claims import Expected, subject
from gateway.auth.jwt.issuer import Issuer
from gateway.auth.jwt.key_set import verifies
from gateway.auth.jwt.token import Token

FindByIdentity: TypeAlias = Callable[[Identity], Awaitable[Caller | None]]


class JwtVerifier:
    """A token says who somebody is, and nothing else: role, tier and status come from the catalog with each request."""

    def __init__(self, *, expected: Expected, issuer: Issuer, find: FindByIdentity, clock: Clock) -> None:
        self._expected = expected
        self._issuer = issuer
        self._find = find
        self._clock = clock

    async def verify(self, text: str) -> Caller:
        """Nothing that the token says is looked at before its signature was, but which key that is of."""
        token = Token.parse(text)
        key = await self._issuer.find(token)
        if key is None or not verifies(key, token):
            raise NotAuthenticated("the signature of the token is not that of a key of the issuer")
        named = subject(token.claims, self._expected, self._clock.now())
        caller = await self._find(Identity(self._expected.issuer, named))
        if caller is None:
            raise NotAuthenticated("the token speaks of nobody who is known here")
        return caller
