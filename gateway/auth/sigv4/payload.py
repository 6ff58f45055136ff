"""The x-amz-content-sha256 header: what a signature says of the body.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from buckets.errors import InvalidScalar, PayloadModeNotSupported
from buckets.model.checksum import Algorithm, Claim
from buckets.scalars import hex_bytes

AMZ_CONTENT_SHA256 = "x-amz-content-sha256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STREAMING = frozenset(
    {
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    }
)


@dataclass(frozen=True, slots=True)
class Payload:
    """The digest that the body must have, or None where the credential says nothing about the body."""

    sha256: bytes | None

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """A word that is not known is refused: a body in a mode we do not understand must not be taken as it stands."""
        if text is None:
            raise InvalidScalar(f"The header {AMZ_CONTENT_SHA256}", "it is missing")
        if text == _UNSIGNED:
            return cls(None)
        if text in _STREAMING:
            raise PayloadModeNotSupported(text)
        return cls(hex_bytes(text, name=f"The header {AMZ_CONTENT_SHA256}", size=32))

    def claims(self) -> Iterator[Claim]:
        """What is to hold of the body."""
        if self.sha256 is not None:
            yield Claim(Algorithm.SHA256, self.sha256, AMZ_CONTENT_SHA256)

    def __str__(self) -> str:
        return _UNSIGNED if self.sha256 is None else self.sha256.hex()
