"""The Authorization header of a signed request.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import re
from dataclasses import dataclass, field
from typing import Self

from buckets.errors import AuthorizationMalformed, InvalidScalar, SignatureMismatch
from buckets.scalars import hex_bytes
from gateway.auth.sigv4.credential import Credential
from gateway.auth.sigv4.signed_headers import SignedHeaders

ALGORITHM = "AWS4-HMAC-SHA256"
_SHAPE = re.compile(ALGORITHM + r" +Credential=([^,]*), *SignedHeaders=([^,]*), *Signature=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Who signs, what is signed, and the signature."""

    credential: Credential
    signed_headers: SignedHeaders
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A signature that could not be right is a wrong signature, not a malformed header: that is what S3 answers."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise AuthorizationMalformed("Credential, SignedHeaders and Signature were expected, in this order")
        credential, signed_headers, signature = match.groups()
        return cls(Credential.parse(credential), SignedHeaders.parse(signed_headers), parse_signature(signature))


def parse_signature(text: str) -> bytes:
    """One that could not be right is a wrong one."""
    try:
        return hex_bytes(text, name="The signature", size=32)
    except InvalidScalar as error:
        raise SignatureMismatch from error
