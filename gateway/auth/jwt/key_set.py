"""The keys that an issuer publishes. What cannot be used is passed over: a set may hold keys for other purposes.

https://www.rfc-editor.org/rfc/rfc7517
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import InvalidKeyError, PyJWTError

from buckets.errors import InvalidScalar
from buckets.scalars import json_object
from gateway.auth.jwt.algorithms import ALGORITHMS
from gateway.auth.jwt.token import Token

LARGEST = 256 << 10
_MOST_KEYS = 100
_SMALLEST_RSA, _LARGEST_RSA = 2048, 8192
_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
"""The members that make a public key; whatever stands beside them, a private half included, is not read."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by the name that tokens call it by, and the algorithms that it is for."""

    id: str
    algorithms: frozenset[str]
    key: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys as they were published together. A name may stand for one key of each type."""

    keys: tuple[PublicKey, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """InvalidScalar when it is no key set at all."""
        listed = json_object(raw, name="The key set", most=LARGEST).get("keys")
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise InvalidScalar("The key set", f"up to {_MOST_KEYS} keys were expected")
        return cls(tuple(_usable(listed)))

    def find(self, token: Token) -> PublicKey | None:
        """The key that a token says it was signed with, if that may have signed it."""
        return next((key for key in self.keys if key.id == token.key_id and token.algorithm in key.algorithms), None)


def verifies(key: PublicKey, token: Token) -> bool:
    """Whether the key has signed the token."""
    algorithm, _, _ = ALGORITHMS[token.algorithm]
    try:
        return algorithm.verify(token.signed, key.key, token.signature)
    except (PyJWTError, ValueError, TypeError):
        return False


def _usable(listed: list[Any]) -> Iterator[PublicKey]:
    for said in listed:
        if isinstance(said, dict) and isinstance(said.get("kid"), str) and _is_for_signatures(said):
            algorithms = frozenset(_algorithms(said))
            key = _key(said, algorithms)
            if key is not None:
                yield PublicKey(said["kid"], algorithms, key)


def _is_for_signatures(said: Mapping[str, Any]) -> bool:
    operations = said.get("key_ops", ["verify"])
    return said.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _algorithms(said: Mapping[str, Any]) -> Iterator[str]:
    """Those that its type and curve are for; just one of them, where the issuer says so."""
    for name, (_, kind, curve) in ALGORITHMS.items():
        if said.get("kty") == kind and said.get("crv", "") == curve and said.get("alg", name) == name:
            yield name


def _key(said: Mapping[str, Any], algorithms: frozenset[str]) -> object | None:
    if not algorithms:
        return None
    algorithm, kind, _ = ALGORITHMS[min(algorithms)]
    try:
        key: object = algorithm.from_jwk({"kty": kind, **{name: said[name] for name in _PUBLIC[kind]}})
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    is_weak = isinstance(key, RSAPublicKey) and not _SMALLEST_RSA <= key.key_size <= _LARGEST_RSA
    return None if is_weak else key
