"""The credential: who signs, and the scope that its signing key is good for.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

from dataclasses import dataclass
from typing import Self

from buckets.errors import AuthorizationMalformed, InvalidName, UnknownAccessKey
from buckets.names import AccessKey

_TERMINAL = "aws4_request"


@dataclass(frozen=True, slots=True)
class Scope:
    """The day, region and service that a signature is good for."""

    day: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/{_TERMINAL}"


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key and its scope."""

    access_key: AccessKey
    scope: Scope

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `key/day/region/service/aws4_request`. A key that we could not have minted is unknown, not malformed."""
        parts = text.split("/")
        if len(parts) != 5 or parts[4] != _TERMINAL:
            raise AuthorizationMalformed(f"the credential must be of the form key/yyyymmdd/region/service/{_TERMINAL}")
        return cls(_access_key(parts[0]), Scope(*parts[1:4]))


def _access_key(text: str) -> AccessKey:
    try:
        return AccessKey(text)
    except InvalidName as error:
        raise UnknownAccessKey from error
