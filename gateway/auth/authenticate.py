"""Who is asking: the one entrance of this room."""

from dataclasses import dataclass

from buckets.errors import AuthorizationNotSupported, NotAuthenticated
from buckets.model.account import Caller
from gateway.auth.sigv4.authorization import ALGORITHM
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from gateway.auth.sigv4.verifier import HeaderVerifier
from gateway.auth.tokens import BearerVerifier


@dataclass(frozen=True, slots=True)
class Authenticated:
    """An accepted request: who asks, and what the credential claims about the body, which is yet to be verified."""

    caller: Caller
    payload: Payload


class Authenticator:
    """Decides by the Authorization header which kind of credential a request brings."""

    def __init__(self, *, signatures: HeaderVerifier, bearers: BearerVerifier) -> None:
        self._signatures = signatures
        self._bearers = bearers

    async def authenticate(self, request: SignedRequest) -> Authenticated:
        """Raises a client fault for whatever is not a valid credential; a request without any is NotAuthenticated."""
        header = request.value("authorization")
        if header is None:
            raise NotAuthenticated("there is no Authorization header")
        scheme = header.partition(" ")[0]
        if scheme == ALGORITHM:
            return Authenticated(*await self._signatures.verify(request, header))
        if scheme.lower() == "bearer":
            return Authenticated(await self._bearers.verify(header), Payload(None))
        raise AuthorizationNotSupported  # it never says what it was sent: that may be a token without its scheme
