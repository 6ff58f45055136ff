"""Somebody who signs tokens: honest ones, and every kind of forgery."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.auth.jwt.algorithms import ALGORITHMS
from tests.unit.auth.gate import NOW

ISSUER = "https://login.example.org/"
AUDIENCE = "seawall"
SUBJECT = "user|4711"
SECONDS = int(NOW.timestamp())

_WRITERS: Mapping[str, Any] = {"rsa": RSAAlgorithm, "p256": ECAlgorithm, "p384": ECAlgorithm, "ed": OKPAlgorithm}
KIDS = {"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed"}


def fresh_keys() -> Mapping[str, Any]:
    return {
        "rsa": rsa.generate_private_key(65537, 2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
        "ed": ed25519.Ed25519PrivateKey.generate(),
    }


@cache
def private_keys() -> Mapping[str, Any]:
    """The issuer's, by the names that tokens call them by."""
    return fresh_keys()


@cache
def _strangers_keys() -> Mapping[str, Any]:
    return fresh_keys()


def another_key(kid: str) -> Any:
    """One of the same kind that is not the issuer's."""
    return _strangers_keys()[kid]


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def jwk(kid: str, key: Any, **more: Any) -> dict[str, Any]:
    return {**_WRITERS[kid].to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


def key_set(*keys: Mapping[str, Any]) -> bytes:
    """Those named, or all of the issuer's."""
    return json.dumps({"keys": list(keys) or [jwk(kid, key) for kid, key in private_keys().items()]}).encode()


def claims(**other: Any) -> dict[str, Any]:
    """Of a good token; None takes one away."""
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "iat": SECONDS, "exp": SECONDS + 600, **other}
    return {name: value for name, value in said.items() if value is not None}


def segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def signed(algorithm: str, said: Any = None, *, key: Any = None, header: Mapping[str, Any] | None = None, raw: bytes = b"") -> str:
    """A token; `header` adds to its header, or takes away with None, `raw` takes the place of its claims."""
    named = {"alg": algorithm, "kid": KIDS.get(algorithm, "rsa"), "typ": "JWT", **(header or {})}
    kept = {name: value for name, value in named.items() if value is not None}
    words = f"{segment(json.dumps(kept).encode())}.{segment(raw or json.dumps(said or claims()).encode())}"
    signer, _, _ = ALGORITHMS[algorithm]
    return f"{words}.{segment(signer.sign(words.encode(), key or private_keys()[KIDS[algorithm]]))}"


def signed_with_the_public_key(kid: str, algorithm: str = "HS256") -> str:
    """The public half, taken for a secret: the classic confusion."""
    public = private_keys()[kid].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = segment(json.dumps({"alg": algorithm, "kid": kid, "typ": "JWT"}).encode())
    words = f"{header}.{segment(json.dumps(claims()).encode())}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    return f"{words}.{segment(hmac.new(public, words.encode(), digest).digest())}"


@dataclass
class Published:
    """Where the keys are published. It counts who asks, and fails while `fault` is set."""

    keys: bytes = field(default_factory=key_set)
    fault: Exception | None = None
    asked: int = 0

    async def fetch(self) -> bytes:
        self.asked += 1
        if self.fault:
            raise self.fault
        return self.keys
