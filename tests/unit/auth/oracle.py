"""botocore as the oracle: requests as the most common client signs them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials
from botocore.utils import percent_encode, percent_encode_sequence

from gateway.auth.keys import MintedPair
from gateway.auth.sigv4.canonical import SignedRequest
from tests.unit.auth.gate import NOW, REGION

HOST = "storage.example:9000"


def signed(
    pair: MintedPair,
    method: str = "GET",
    *,
    path: str = "/templates/cards/blue sky.png",
    query: Iterable[tuple[str, str]] = (),
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    at: datetime = NOW,
    region: str = REGION,
    service: str = "s3",
    payload: str | None = None,
    unsigned: Collection[str] = (),
) -> SignedRequest:
    """A request signed by botocore. `payload` replaces what is signed about the body, `unsigned` headers are left out."""
    request = AWSRequest(method, _url(path, list(query)), data=body)
    for name, value in headers:
        request.headers[name] = value
    signer = _Signer(Credentials(*pair), service, region, payload=payload, unsigned=unsigned)
    with patch("botocore.auth.get_current_datetime", return_value=at.replace(tzinfo=None)):
        signer.add_auth(request)
    target = urlsplit(request.url)
    return SignedRequest(method, target.path.encode(), target.query.encode(), [("Host", HOST), *request.headers.items()])


def presigned(
    pair: MintedPair,
    method: str = "GET",
    *,
    path: str = "/templates/cards/blue sky.png",
    query: Iterable[tuple[str, str]] = (),
    headers: Sequence[tuple[str, str]] = (),
    expires: object = 3600,
    at: datetime = NOW,
    region: str = REGION,
    service: str = "s3",
    token: str | None = None,
    payload: str | None = None,
    unsigned: Collection[str] = (),
) -> SignedRequest:
    """A request presigned by botocore, and sent with the headers that it was signed with.

    `payload` replaces what is signed about the body, `unsigned` headers are left out.
    """
    request = AWSRequest(method, _url(path, list(query)))
    for name, value in headers:
        request.headers[name] = value
    signer = _Presigner(Credentials(*pair, token), service, region, expires=expires, payload=payload, unsigned=unsigned)
    with patch("botocore.auth.get_current_datetime", return_value=at.replace(tzinfo=None)):
        signer.add_auth(request)
    target = urlsplit(request.url)
    return SignedRequest(method, target.path.encode(), target.query.encode(), [("Host", HOST), *request.headers.items()])


def _url(path: str, query: Sequence[tuple[str, str]]) -> str:
    url = f"http://{HOST}{percent_encode(path, safe='/~')}"
    return f"{url}?{percent_encode_sequence(query)}" if query else url


class _Signer(S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
    def __init__(
        self, credentials: Credentials, service: str, region: str, *, payload: str | None, unsigned: Collection[str]
    ) -> None:
        super().__init__(credentials, service, region)
        self._payload = payload
        self._unsigned = unsigned

    def payload(self, request: AWSRequest) -> str:
        return self._payload or str(super().payload(request))

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        headers = super().headers_to_sign(request)
        for name in self._unsigned:
            del headers[name]
        return headers


class _Presigner(S3SigV4QueryAuth):  # type: ignore[misc]  # botocore has no types
    def __init__(
        self,
        credentials: Credentials,
        service: str,
        region: str,
        *,
        expires: object,
        payload: str | None,
        unsigned: Collection[str],
    ) -> None:
        super().__init__(credentials, service, region, expires=expires)
        self._payload = payload
        self._unsigned = unsigned

    def payload(self, request: AWSRequest) -> str:
        return self._payload or str(super().payload(request))

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        headers = super().headers_to_sign(request)
        for name in self._unsigned:
            del headers[name]
        return headers
