"""The canonical request: the one text that the client and we compute a signature over.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

S3 signs the path as it is: `//`, `.` and `..` stay. The path and the query are decoded once and encoded again, so that every way of
writing the same bytes has the same signature, and none has another meaning.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import quote_from_bytes

from buckets.errors import AuthorizationMalformed, InvalidScalar
from buckets.scalars import percent_bytes
from gateway.auth.sigv4.amz_date import AMZ_DATE
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256, Payload
from gateway.auth.sigv4.signed_headers import SignedHeaders

_BLANKS = re.compile(r"[ \t]+")
_SINGLE = frozenset({"authorization", "host", AMZ_DATE, AMZ_CONTENT_SHA256})


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The facts of a request that a signature can cover, as they stood on the wire."""

    method: str
    raw_path: bytes
    raw_query: bytes = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(repr=False)
    _values: Mapping[str, Sequence[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(value)
        object.__setattr__(self, "_values", values)

    @property
    def names(self) -> Collection[str]:
        """The names of the headers, in lower case."""
        return self._values.keys()

    def values(self, name: str) -> Sequence[str]:
        """All values of a header, in their order; two of what may stand once are refused."""
        values = self._values.get(name, ())
        if len(values) > 1 and name in _SINGLE:
            raise InvalidScalar(f"The header {name}", "it stands twice")
        return values

    def value(self, name: str) -> str | None:
        """The first value of a header."""
        return next(iter(self.values(name)), None)

    def parameters(self) -> Iterator[tuple[bytes, bytes]]:
        """The names in the query, decoded, each with its value as it stood on the wire."""
        for piece in self.raw_query.split(b"&"):
            if piece:
                yield _name(piece), piece.partition(b"=")[2]

    def without(self, parameter: bytes) -> Self:
        """The same request with a parameter less."""
        kept = [piece for piece in self.raw_query.split(b"&") if _name(piece) != parameter]
        return replace(self, raw_query=b"&".join(kept))


def canonical_request(request: SignedRequest, signed: SignedHeaders, payload: Payload) -> bytes:
    """What the string to sign holds the digest of."""
    headers = "".join([f"{name}:{_header(request, name)}\n" for name in signed])
    lines = (request.method, _path(request.raw_path), _query(request), headers, str(signed), str(payload))
    try:
        return "\n".join(lines).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidScalar("A signed header", "it is not UTF-8") from error


def _path(raw: bytes) -> str:
    return quote_from_bytes(percent_bytes(raw, name="The path"), safe="/") or "/"


def _query(request: SignedRequest) -> str:
    """Sorted by name, then by value; a blank value keeps its equals sign."""
    pairs = sorted((quote_from_bytes(name, safe=""), _value(value)) for name, value in request.parameters())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _value(raw: bytes) -> str:
    return quote_from_bytes(parameter_bytes(raw), safe="")


def _name(piece: bytes) -> bytes:
    return parameter_bytes(piece.partition(b"=")[0])


def parameter_bytes(raw: bytes) -> bytes:
    """The name or the value of a parameter, decoded once; a plus sign is a plus sign."""
    return percent_bytes(raw, name="A query parameter")


def _header(request: SignedRequest, name: str) -> str:
    values = request.values(name)
    if not values:
        raise AuthorizationMalformed(f"the signed header {name} is not in the request")
    return ",".join([_BLANKS.sub(" ", value.strip(" \t")) for value in values])
