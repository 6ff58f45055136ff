"""Signs requests with AWS Signature Version 4, in their headers.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from buckets.settings import Secret

UNSIGNED_BODY = "UNSIGNED-PAYLOAD"
"""What is signed about a body that is not known yet."""

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "s3"


def signed_body(body: bytes) -> str:
    """What is signed about a body that is known."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who signs, and for which region."""

    access_key: str
    secret: Secret
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a server. The path and the query are text, not encoded yet; the names of headers are in lower case."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = UNSIGNED_BODY

    @property
    def target(self) -> str:
        """The path and the query as they stand on the wire, and in the signature."""
        return f"{self.raw_path}?{self.raw_query}" if self.query else self.raw_path

    @property
    def raw_path(self) -> str:
        return quote(self.path, safe="/~")

    @property
    def raw_query(self) -> str:
        """Sorted as the signature has it: by the encoded names, then by the encoded values."""
        return "&".join(f"{name}={value}" for name, value in sorted((_quoted(name), _quoted(value)) for name, value in self.query))


class Signer:
    """Signs for one key pair. The key of the day is derived once."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._key = b""
        self._day = ""

    def headers(self, request: Request, *, host: str, at: datetime) -> dict[str, str]:
        """The headers to send: those of the request, all of them signed, and the signature."""
        moment = at.strftime("%Y%m%dT%H%M%SZ")
        headers = {**request.headers, "host": host, "x-amz-content-sha256": request.body, "x-amz-date": moment}
        names = sorted(headers)
        signed = ";".join(names)
        listed = "".join([f"{name}:{' '.join(headers[name].split())}\n" for name in names])
        canonical = f"{request.method}\n{request.raw_path}\n{request.raw_query}\n{listed}\n{signed}\n{request.body}"
        scope = f"{moment[:8]}/{self._credentials.region}/{_SERVICE}/aws4_request"
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(moment[:8]), text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"{_ALGORITHM} Credential={self._credentials.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _key_of(self, day: str) -> bytes:
        if day != self._day:
            key = f"AWS4{self._credentials.secret.reveal()}".encode()
            for part in (day, self._credentials.region, _SERVICE, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key, self._day = key, day
        return self._key


def _quoted(text: str) -> str:
    return quote(text, safe="~")
