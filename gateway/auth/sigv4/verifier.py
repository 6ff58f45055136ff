"""Verifies signed requests, whether their signature stands in a header or in the query.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from buckets.errors import AuthorizationMalformed, NotAuthenticated, PresignMalformed, SignatureMismatch, UnknownAccessKey
from buckets.model.account import Caller
from buckets.model.credential import KeyPair
from buckets.names import AccessKey
from buckets.ports import Clock
from gateway.auth.seal import Seal
from gateway.auth.sigv4.amz_date import AMZ_DATE, AmzDate
from gateway.auth.sigv4.authorization import Authorization
from gateway.auth.sigv4.canonical import SignedRequest, canonical_request
from gateway.auth.sigv4.credential import Scope
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256, Payload
from gateway.auth.sigv4.presign import Presigned
from gateway.auth.sigv4.signing import SigningKeys, signature, string_to_sign

FindKeyPair: TypeAlias = Callable[[AccessKey], Awaitable[KeyPair | None]]

_NOBODY = AccessKey("SW" + 18 * "0")  # never minted: base32 has no zero
_SECURITY_TOKEN = "x-amz-security-token"  # noqa: S105  # the name of a header


class SignatureVerifier:
    """Knows the caller of a signed request, and what was signed about the body.

    What can be refused without a look-up is refused before it.
    """

    def __init__(self, *, find: FindKeyPair, seal: Seal, clock: Clock, region: str, service: str = "s3") -> None:
        self._find = find
        self._seal = seal
        self._clock = clock
        self._region = region
        self._service = service
        self._keys = SigningKeys()
        self._decoy = seal.seal(40 * "-", _NOBODY)

    async def verify_header(self, request: SignedRequest, header: str) -> tuple[Caller, Payload]:
        """`header` is the value of Authorization."""
        authorization = Authorization.parse(header)
        date = AmzDate.parse(request.value(AMZ_DATE))
        date.must_be_near(self._clock.now())
        return await self._verify(request, authorization, date, request.value(AMZ_CONTENT_SHA256))

    async def verify_query(self, request: SignedRequest) -> tuple[Caller, Payload]:
        """What is malformed in a header is malformed in a query, by another name."""
        try:
            presigned = Presigned.parse(request)
            presigned.must_hold(self._clock.now())
            covered = presigned.covered(request)
            return await self._verify(covered, presigned.authorization, presigned.date, presigned.payload(request))
        except AuthorizationMalformed as error:
            raise PresignMalformed(error.reason) from error

    async def _verify(
        self, request: SignedRequest, authorization: Authorization, date: AmzDate, body: str | None
    ) -> tuple[Caller, Payload]:
        """`body` is what was signed about it, as it was written."""
        self._must_be_ours(authorization.credential.scope, date)
        authorization.signed_headers.must_cover(request.names)
        if request.values(_SECURITY_TOKEN):
            raise NotAuthenticated("security tokens are not issued here")
        payload = Payload.parse(body)
        canonical = canonical_request(request, authorization.signed_headers, payload)
        pair = await self._find(authorization.credential.access_key)
        return self._signer(pair, authorization, string_to_sign(date, authorization.credential.scope, canonical)), payload

    def _must_be_ours(self, scope: Scope, date: AmzDate) -> None:
        expected = Scope(date.day, self._region, self._service)
        if scope != expected:
            raise AuthorizationMalformed(f"the scope of the credential must be {expected}")

    def _signer(self, pair: KeyPair | None, authorization: Authorization, text: bytes) -> Caller:
        """The same steps are taken for a key that does not exist, so that the time taken does not tell which keys do."""
        access_key, sealed = (pair.access_key, pair.sealed_secret) if pair else (_NOBODY, self._decoy)
        key = self._keys.key(self._seal.unseal(sealed, access_key), authorization.credential.scope)
        matches = hmac.compare_digest(signature(key, text), authorization.signature)
        if pair is None:
            raise UnknownAccessKey
        if not matches:
            raise SignatureMismatch
        return pair.caller
