"""The tokens of people who signed in: 32 random bytes, known to us by their hash. The mark tells them from API keys."""

import base64
import hashlib
import re
from typing import NamedTuple

from buckets.errors import NotAuthenticated
from buckets.ports import Ids

MARK = "sws_"
_TOKEN = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")


class MintedLogin(NamedTuple):
    """A fresh token, which is shown once, and the hash that we keep."""

    token: str
    token_hash: bytes

    def __repr__(self) -> str:
        return "MintedLogin(…)"


def mint(ids: Ids) -> MintedLogin:
    token = MARK + base64.urlsafe_b64encode(ids.secret(32)).decode("ascii").rstrip("=")
    return MintedLogin(token, _hash(token))


def parse(token: str) -> bytes:
    """The hash that a token is looked up by."""
    if not _TOKEN.fullmatch(token):
        raise NotAuthenticated("the bearer token is not one of a sign-in")
    return _hash(token)


def _hash(token: str) -> bytes:
    """No slow hash: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
