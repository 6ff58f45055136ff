"""The signature: a key derived from the secret, applied to the string to sign.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from functools import lru_cache

from gateway.auth.sigv4.amz_date import AmzDate
from gateway.auth.sigv4.authorization import ALGORITHM
from gateway.auth.sigv4.credential import Scope


class SigningKeys:
    """Derives signing keys, each good for one scope, and remembers those used last."""

    def __init__(self, *, remembered: int = 1024) -> None:
        self._derive = lru_cache(maxsize=remembered)(_derive)

    def key(self, secret: str, scope: Scope) -> bytes:
        return self._derive(secret, scope.day, scope.region, scope.service)


def string_to_sign(date: AmzDate, scope: Scope, canonical: bytes) -> bytes:
    return f"{ALGORITHM}\n{date.text}\n{scope}\n{hashlib.sha256(canonical).hexdigest()}".encode()


def signature(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _derive(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
