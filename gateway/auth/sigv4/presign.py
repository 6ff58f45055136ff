"""The query of a presigned request: what else the Authorization header says, and how long it holds.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from buckets.errors import (
    AuthorizationNotSupported,
    InvalidScalar,
    NotAuthenticated,
    PresignExpired,
    PresignMalformed,
)
from buckets.scalars import amz_date, whole_number
from gateway.auth.sigv4.amz_date import AmzDate
from gateway.auth.sigv4.authorization import ALGORITHM, Authorization, parse_signature
from gateway.auth.sigv4.canonical import SignedRequest, parameter_bytes
from gateway.auth.sigv4.credential import Credential
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256, Payload
from gateway.auth.sigv4.signed_headers import SignedHeaders

LONGEST = 7 * 24 * 60 * 60
"""Seconds."""

_ALGORITHM = b"X-Amz-Algorithm"
_CREDENTIAL = b"X-Amz-Credential"
_DATE = b"X-Amz-Date"
_EXPIRES = b"X-Amz-Expires"
_SIGNED_HEADERS = b"X-Amz-SignedHeaders"
_SIGNATURE = b"X-Amz-Signature"
_CONTENT_SHA256 = b"X-Amz-Content-Sha256"
_SECURITY_TOKEN = b"X-Amz-Security-Token"
_REQUIRED = (_ALGORITHM, _CREDENTIAL, _DATE, _EXPIRES, _SIGNED_HEADERS, _SIGNATURE)

PARAMETERS = frozenset({*_REQUIRED, _CONTENT_SHA256, _SECURITY_TOKEN})
"""Everything in a query that is about its signature, and nothing else is."""

ACTING_FOR = b"Seawall-User"
"""Whom a presigned request is for; see `gateway/auth/act_as.py`."""


def beside_signature(parameters: Mapping[str, str]) -> dict[str, str]:
    """What a query says of anything but who asks. Whom it is for is part of that where the query is signed, and nowhere else."""
    ours = {*PARAMETERS, ACTING_FOR} if _SIGNATURE.decode() in parameters else PARAMETERS
    return {name: value for name, value in parameters.items() if name.encode("utf-8") not in ours}


def is_presigned(request: SignedRequest) -> bool:
    """Whether the query claims to be signed, however badly."""
    return any(name in (_ALGORITHM, _SIGNATURE) for name, _ in request.parameters())


@dataclass(frozen=True, slots=True)
class Presigned:
    """Who signs what, from when on and for how long. `content_sha256` is what it says about the body, if anything."""

    authorization: Authorization
    date: AmzDate
    lasting: timedelta
    content_sha256: str | None

    @classmethod
    def parse(cls, request: SignedRequest) -> Self:
        """Raises AuthorizationMalformed for what would be malformed in a header as well."""
        given = _given(request)
        if _SECURITY_TOKEN in given:
            raise NotAuthenticated("security tokens are not issued here")
        if given[_ALGORITHM] != ALGORITHM:
            raise AuthorizationNotSupported
        date, lasting = _date(given[_DATE]), _lasting(given[_EXPIRES])
        return cls(_authorization(given), date, lasting, given.get(_CONTENT_SHA256))

    def must_hold(self, now: datetime) -> None:
        """A date that has come can be added to: it is far from the end of the calendar."""
        self.date.must_have_come(now)
        expires = self.date.moment + self.lasting
        if now > expires:
            raise PresignExpired(expires, now)

    def covered(self, request: SignedRequest) -> SignedRequest:
        """The request as it was signed: without the signature, which cannot cover itself."""
        return request.without(_SIGNATURE)

    def payload(self, request: SignedRequest) -> str:
        """What is signed about the body, in the query or in a header. Mostly that is nothing."""
        header = request.value(AMZ_CONTENT_SHA256)
        said = {text for text in (self.content_sha256, header) if text is not None}
        if len(said) > 1:
            raise InvalidScalar(f"The header {AMZ_CONTENT_SHA256}", "the query says otherwise")
        return said.pop() if said else str(Payload(None))


def _given(request: SignedRequest) -> Mapping[bytes, str]:
    """The parameters of the signature. Any byte has a character: nothing outside ASCII passes those who read them."""
    given: dict[bytes, str] = {}
    for name, value in request.parameters():
        if name in given:
            raise PresignMalformed(f"{name.decode()} stands twice")
        if name in PARAMETERS:
            given[name] = parameter_bytes(value).decode("latin-1")
    for name in _REQUIRED:
        if name not in given:
            raise PresignMalformed(f"{name.decode()} is missing")
    return given


def _authorization(given: Mapping[bytes, str]) -> Authorization:
    signature = parse_signature(given[_SIGNATURE])
    return Authorization(Credential.parse(given[_CREDENTIAL]), SignedHeaders.parse(given[_SIGNED_HEADERS]), signature)


def _date(text: str) -> AmzDate:
    try:
        return AmzDate(text, amz_date(text, name=_DATE.decode()))
    except InvalidScalar as error:
        raise PresignMalformed("X-Amz-Date must be a time like 20261121T120300Z") from error


def _lasting(text: str) -> timedelta:
    try:
        return timedelta(seconds=whole_number(text, name=_EXPIRES.decode(), least=1, most=LONGEST))
    except InvalidScalar as error:
        raise PresignMalformed(f"X-Amz-Expires must be a number of seconds from 1 to {LONGEST}") from error
