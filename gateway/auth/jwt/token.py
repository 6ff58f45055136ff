"""A JSON Web Token in its compact form, read strictly and not yet believed.

https://www.rfc-editor.org/rfc/rfc7515#section-7.1
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from buckets.errors import InvalidScalar, NotAuthenticated
from buckets.scalars import base64url_bytes, json_object
from gateway.auth.jwt.algorithms import ALGORITHMS

LONGEST = 8192
_LONGEST_KEY_ID = 255
_TYPES = frozenset({"jwt", "at+jwt"})
_UNDERSTOOD_BY_NOBODY = ("crit", "b64", "zip", "enc")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token consists of. It never shows itself."""

    algorithm: str
    key_id: str
    claims: Mapping[str, Any] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """NotAuthenticated when it is none, or one that asks for something that is not done here."""
        parts = text.split(".")
        if len(parts) != 3 or len(text) > LONGEST:
            raise NotAuthenticated("the token is not a signed JWT of an acceptable length")
        try:
            header, claims, signature = (base64url_bytes(part, name="the token") for part in parts)
            said = json_object(header, name="the header of the token", most=LONGEST)
            told = json_object(claims, name="the claims of the token", most=LONGEST)
        except InvalidScalar as error:
            raise NotAuthenticated("the token is not a JWT") from error
        return cls(_algorithm(said), _key_id(said), told, text.rpartition(".")[0].encode("ascii"), signature)


def _algorithm(header: Mapping[str, Any]) -> str:
    """One of the closed list, whatever the key may be good for."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise NotAuthenticated("the algorithm of the token is not accepted")
    if any(name in header for name in _UNDERSTOOD_BY_NOBODY):
        raise NotAuthenticated("the token demands an extension that is not known here")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise NotAuthenticated("the token is of another type")
    return algorithm


def _key_id(header: Mapping[str, Any]) -> str:
    """Only a name in the issuer's set: addresses of keys, and keys that a token brings along, mean nothing."""
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= _LONGEST_KEY_ID:
        raise NotAuthenticated("the token does not say which key it was signed with")
    return key_id
