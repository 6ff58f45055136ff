"""The checksums of S3's own headers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from collections.abc import Iterator

from buckets.errors import InvalidScalar
from buckets.model.checksum import Algorithm, Claim
from gateway.edge.claims import claim
from gateway.edge.exchange import Exchange

SDK_ALGORITHM = "x-amz-sdk-checksum-algorithm"
_HEADERS = {f"x-amz-checksum-{algorithm.lower()}": algorithm for algorithm in Algorithm if algorithm is not Algorithm.MD5}
HEADERS = (*_HEADERS, SDK_ALGORITHM)


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
