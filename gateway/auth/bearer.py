"""Bearer tokens of every kind: what a token looks like says who verifies it."""

import re
from typing import Protocol

from buckets.errors import NotAuthenticated
from buckets.model.account import Caller
from gateway.auth.jwt.verifier import JwtVerifier
from gateway.auth.login_tokens import MARK
from gateway.auth.login_verifier import LoginVerifier
from gateway.auth.tokens import BearerVerifier

_TOKEN = re.compile(r"(?i:bearer) +([!-~]+)")


class VerifiesBearers(Protocol):
    """Whoever knows a caller by a bearer token."""

    async def verify(self, header: str) -> Caller:
        """`header` is the value of Authorization."""


class Bearers:
    """A token with two dots is a JWT, one with the mark of logins a login, where these are taken; everything else is an API key."""

    def __init__(self, *, api_keys: BearerVerifier, jwts: JwtVerifier | None = None, logins: LoginVerifier | None = None) -> None:
        self._api_keys = api_keys
        self._jwts = jwts
        self._logins = logins

    async def verify(self, header: str) -> Caller:
        token = _token(header)
        if self._jwts and token.count(".") == 2:
            return await self._jwts.verify(token)
        if self._logins and token.startswith(MARK):
            return await self._logins.verify(token)
        return await self._api_keys.verify(header)


def _token(header: str) -> str:
    match = _TOKEN.fullmatch(header)
    if match is None:
        raise NotAuthenticated("the bearer token is not written as one")
    return match[1]
