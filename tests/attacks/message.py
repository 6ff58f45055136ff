"""A case as the bytes that go over the wire of a house.

Lines above `${authorization}`, or above one that holds the `${signature}`, are signed; whatever stands below them, or behind a
presigned query, was added by somebody else.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_from_bytes, unquote_to_bytes

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from buckets.names import AccessKey
from gateway.auth.keys import MintedPair
from tests.attacks.corpus import Auth, Case, Surface, expand, wire_bytes
from tests.http.house import House
from tests.http.wire import ask

_REGION, _SERVICE = "us-east-1", "s3"
_ROOTS = {Surface.S3: "", Surface.REST: "/v1/objects"}
_LISTS = {Surface.S3: "/photos?list-type=2&", Surface.REST: "/v1/buckets/photos/objects?"}
_NEXT = re.compile(rb'(?:<NextContinuationToken>|"next_cursor":")([^<"]+)')
_PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=${date}&X-Amz-Expires=${expires}"
    "&X-Amz-SignedHeaders=${signed_headers}&X-Amz-Signature=${signature}"
)
_DIGEST = "X-Amz-Content-SHA256: ${sha256}"
_SIGNED = (
    "X-Amz-Date: ${date}",
    _DIGEST,
    "Authorization: AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed_headers}, Signature=${signature}",
)
_COMPUTED = ("${signature}", "${signature:", "${SIGNATURE}")
_LINES: Mapping[Auth, Sequence[str]] = {
    Auth.BEARER: ["Authorization: Bearer ${token}"],
    Auth.SIGNED: _SIGNED,
    Auth.WRONG_SECRET: _SIGNED,
    Auth.UNKNOWN_KEY: _SIGNED,
    Auth.PRESIGNED: [""],
    Auth.NONE: [""],
}


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out: the head with its empty line, and the body."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        return self.head + self.body


async def message(case: Case, house: House) -> Message:
    body = wire_bytes(expand(case.body, {}))
    pair = _pair(case.auth, house.alice.pair)
    first, lines = case.request[0].replace("${presigned}", _PRESIGNED), _with_authorization(case)
    values = _values(case, house, pair, body)
    if case.page:
        values["next"] = await _next(house, expand(case.page, values))
    if any(place in line for line in (first, *lines) for place in _COMPUTED):
        values |= _signature(pair, case.signs.replace("${presigned}", _PRESIGNED) or first, _above(lines), values, body)
    head = "\r\n".join([expand(line, values) for line in (first, *filter(None, lines), "", "")])
    return Message(wire_bytes(head), body)


def content_of(case: Case) -> bytes:
    """What a case stores."""
    return wire_bytes(expand(case.body if case.content is None else case.content, {}))


def _values(case: Case, house: House, pair: MintedPair, body: bytes) -> dict[str, str]:
    date = f"{datetime.now(UTC) + timedelta(minutes=case.ahead):%Y%m%dT%H%M%SZ}"
    root = _ROOTS[case.surface]
    return {
        "host": f"127.0.0.1:{house.port}",
        "list": _LISTS[case.surface],
        "photos": f"{root}/photos",
        "root": root,
        "token": house.alice.token,
        "access_key": pair.access_key,
        "credential": f"{pair.access_key}/{date[:8]}/{_REGION}/{_SERVICE}/aws4_request",
        "date": date,
        "day": date[:8],
        "expires": expand(case.expires, {}),
        "length": str(len(body)),
        "md5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }


async def _next(house: House, target: str) -> str:
    found = _NEXT.search((await ask(house, "GET", target)).body)
    assert found, "the list has no next page"
    return found[1].decode()


def _pair(auth: Auth, pair: MintedPair) -> MintedPair:
    if auth is Auth.WRONG_SECRET:
        return pair._replace(secret="x" * 40)
    return pair._replace(access_key=AccessKey("SW" + "A" * 18)) if auth is Auth.UNKNOWN_KEY else pair


def _with_authorization(case: Case) -> Sequence[str]:
    """The lines of the head; an empty one marks where the signed ones end. A digest that is said above stands once."""
    above = "\n".join(case.request).partition("${authorization}")[0].lower()
    ours = [line for line in _LINES[case.auth] if line != _DIGEST or "x-amz-content-sha256:" not in above]
    return [each for line in case.request[1:] for each in (ours if line == "${authorization}" else [line])]


def _above(lines: Sequence[str]) -> Sequence[str]:
    marks = [number for number, line in enumerate(lines) if not line or any(place in line for place in _COMPUTED)]
    return lines[: marks[0]] if marks else []


def _signature(pair: MintedPair, first: str, lines: Sequence[str], values: Mapping[str, str], body: bytes) -> Mapping[str, str]:
    """As botocore computes it, and the names of the headers that it covers."""
    presigned = "X-Amz-Signature=" in first
    signer = (S3SigV4QueryAuth if presigned else S3SigV4Auth)(Credentials(*pair), _SERVICE, _REGION)
    request = AWSRequest(headers={}, data=body, url=f"http://{values['host']}")
    request.context["timestamp"] = values["date"]
    for name, _, value in (expand(line, values).partition(":") for line in lines):
        if name.lower() != "host":
            request.headers[name] = value.strip(" ")
    names = signer.signed_headers(signer.headers_to_sign(request))
    signed = expand(first.partition("&X-Amz-Signature")[0], {**values, "signed_headers": names})
    request.method, target = signed.split(" ")[:2]
    request.url += _canonical(target)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return {"signature": signature, "SIGNATURE": signature.upper(), "signed_headers": names}


def _canonical(target: str) -> str:
    """The target as both sides encode it, whatever stands on the wire."""
    path, mark, query = target.partition("?")
    pairs = (piece.partition("=") for piece in query.split("&") if piece)
    return _quoted(path, "/") + mark + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, _, value in pairs)


def _quoted(text: str, safe: str = "") -> str:
    return quote_from_bytes(unquote_to_bytes(wire_bytes(text)), safe=safe)
