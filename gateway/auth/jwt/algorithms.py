"""The algorithms that a token may be signed with: a closed list, and what kind of key each takes.

No HMAC, so that a public key is never taken for a secret, and no `none`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

ALGORITHMS: Mapping[str, tuple[Algorithm, str, str]] = MappingProxyType(
    {
        "RS256": (RSAAlgorithm(RSAAlgorithm.SHA256), "RSA", ""),
        "RS384": (RSAAlgorithm(RSAAlgorithm.SHA384), "RSA", ""),
        "RS512": (RSAAlgorithm(RSAAlgorithm.SHA512), "RSA", ""),
        "PS256": (RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256), "RSA", ""),
        "ES256": (ECAlgorithm(ECAlgorithm.SHA256), "EC", "P-256"),
        "ES384": (ECAlgorithm(ECAlgorithm.SHA384), "EC", "P-384"),
        "EdDSA": (OKPAlgorithm(), "OKP", "Ed25519"),
    }
)
"""By the names of RFC 7518 and RFC 8037: what verifies, and the type and curve of its keys."""
