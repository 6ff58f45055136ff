"""API keys as bearer tokens: 32 random bytes, known to us by their hash.

https://www.rfc-editor.org/rfc/rfc6750
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeAlias

from buckets.errors import NotAuthenticated
from buckets.model.account import Caller
from buckets.model.credential import ApiKey
from buckets.ports import Ids

FindApiKey: TypeAlias = Callable[[bytes], Awaitable[ApiKey | None]]

_MARK = "sw_"
_PREFIX = len(_MARK) + 8
_BEARER = re.compile(rf"(?i:bearer) +({_MARK}[A-Za-z0-9_-]{{43}})")


class MintedToken(NamedTuple):
    """A fresh API key: the token is shown to its owner once, the prefix tells keys apart, the hash is what we keep."""

    token: str
    prefix: str
    token_hash: bytes

    def __repr__(self) -> str:
        return f"MintedToken({self.prefix}…)"


def mint(ids: Ids) -> MintedToken:
    """The mark lets people and secret scanners recognise a key that leaked."""
    token = _MARK + base64.urlsafe_b64encode(ids.secret(32)).decode("ascii").rstrip("=")
    return MintedToken(token, token[:_PREFIX], _hash(token))


def parse_bearer(header: str) -> bytes:
    """The hash of the API key in an Authorization header."""
    match = _BEARER.fullmatch(header)
    if match is None:
        raise NotAuthenticated("the bearer token is not an API key")
    return _hash(match[1])


class BearerVerifier:
    """Knows the caller by an API key."""

    def __init__(self, *, find: FindApiKey) -> None:
        self._find = find

    async def verify(self, header: str) -> Caller:
        """`header` is the value of Authorization."""
        key = await self._find(parse_bearer(header))
        if key is None:
            raise NotAuthenticated("there is no such API key")
        return key.caller


def _hash(token: str) -> bytes:
    """No slow hash: 256 random bits cannot be guessed, and the hash is what the key is looked up by."""
    return hashlib.sha256(token.encode()).digest()
