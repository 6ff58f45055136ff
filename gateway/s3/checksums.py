"""The checksums of S3's own headers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

from buckets.errors import InvalidScalar
from buckets.model.checksum import Algorithm, Claim
from buckets.model.version import Digests
from gateway.edge.claims import claim, http_claims
from gateway.edge.exchange import Exchange
from gateway.s3.request import S3Request

SDK_ALGORITHM = "x-amz-sdk-checksum-algorithm"
MODE = "x-amz-checksum-mode"
_HEADERS = {f"x-amz-checksum-{algorithm.lower()}": algorithm for algorithm in Algorithm if algorithm is not Algorithm.MD5}
HEADERS = (*_HEADERS, SDK_ALGORITHM)

_FULL_OBJECT = {"x-amz-checksum-type": "FULL_OBJECT"}


def body_claims(request: S3Request) -> Sequence[Claim]:
    """Whatever the request says of its body, in the signature and in headers of all kinds."""
    return [*request.payload.claims(), *http_claims(request.exchange), *amz_claims(request.exchange)]


def amz_claims(exchange: Exchange) -> Iterator[Claim]:
    """One checksum at the most, and the one that the SDK announces."""
    found = [(header, value) for header in _HEADERS if (value := exchange.header(header)) is not None]
    if len(found) > 1:
        raise InvalidScalar("The request", "it holds more than one checksum")
    announced = exchange.header(SDK_ALGORITHM)
    if announced is not None and [f"x-amz-checksum-{announced.lower()}"] != [header for header, _ in found]:
        raise InvalidScalar(f"The header {SDK_ALGORITHM}", "it announces a checksum that the request does not hold")
    for header, value in found:
        yield claim(header, value, _HEADERS[header])


def echoed(claims: Iterable[Claim]) -> dict[str, str]:
    """The answer's headers that repeat a checksum which turned out to be right."""
    found = {claim.header: b64encode(claim.value).decode() for claim in claims if claim.header in _HEADERS}
    return found | _FULL_OBJECT if found else {}


def wants_checksums(exchange: Exchange) -> bool:
    mode = exchange.header(MODE)
    if mode not in (None, "ENABLED"):
        raise InvalidScalar(f"The header {MODE}", "ENABLED was expected")
    return mode is not None


def known_checksums(digests: Digests) -> dict[str, str]:
    """The headers that say what a whole object hashes to."""
    found = {Algorithm.CRC32C: digests.crc32c.to_bytes(Algorithm.CRC32C.size, "big"), Algorithm.SHA256: digests.sha256}
    said = {f"x-amz-checksum-{algorithm.lower()}": b64encode(value).decode() for algorithm, value in found.items() if value}
    return said | _FULL_OBJECT
