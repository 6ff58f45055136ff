"""Who is asking: the one entrance of this room."""

from dataclasses import dataclass

from buckets.errors import AuthorizationNotSupported, InvalidScalar
from buckets.model.account import Caller
from gateway.auth.bearer import VerifiesBearers
from gateway.auth.sigv4.authorization import ALGORITHM
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from gateway.auth.sigv4.presign import is_presigned
from gateway.auth.sigv4.verifier import SignatureVerifier

_VERSION_2 = b"AWSAccessKeyId"  # how a query begins that is presigned in the way of before


@dataclass(frozen=True, slots=True)
class Authenticated:
    """An accepted request: who asks, and what the credential claims about the body, which is yet to be verified."""

    caller: Caller
    payload: Payload


class Authenticator:
    """Decides by the Authorization header, or by the query where there is none, which kind of credential a request brings."""

    def __init__(self, *, signatures: SignatureVerifier, bearers: VerifiesBearers) -> None:
        self._signatures = signatures
        self._bearers = bearers

    async def authenticate(self, request: SignedRequest) -> Authenticated | None:
        """Raises a client fault for whatever is not one valid credential; None when there is none at all."""
        header = request.value("authorization")
        if is_presigned(request):
            if header is not None:
                raise InvalidScalar("The authorization", "it stands in a header and in the query")
            return Authenticated(*await self._signatures.verify_query(request))
        if header is not None:
            return await self._by_header(request, header)
        if any(name == _VERSION_2 for name, _ in request.parameters()):
            raise AuthorizationNotSupported
        return None

    async def _by_header(self, request: SignedRequest, header: str) -> Authenticated:
        scheme = header.partition(" ")[0]
        if scheme == ALGORITHM:
            return Authenticated(*await self._signatures.verify_header(request, header))
        if scheme.lower() == "bearer":
            return Authenticated(await self._bearers.verify(header), Payload(None))
        raise AuthorizationNotSupported  # it never says what it was sent: that may be a token without its scheme
