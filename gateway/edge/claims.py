"""What the headers of a request claim of its body, in HTTP's own words.

https://www.rfc-editor.org/rfc/rfc1864 and https://www.rfc-editor.org/rfc/rfc9530
"""

import re
from collections.abc import Iterator

from buckets.model.checksum import Algorithm, Claim
from buckets.scalars import base64_bytes
from gateway.edge.exchange import Exchange

CONTENT_MD5 = "Content-MD5"
CONTENT_DIGEST = "Content-Digest"
_SHA256 = re.compile(r"(?:^|,) *sha-256=:([^:]*): *(?=,|$)")


def claim(header: str, text: str, algorithm: Algorithm) -> Claim:
    """A claim in base64."""
    return Claim(algorithm, base64_bytes(text, name=f"The header {header}", size=algorithm.size), header)


def http_claims(exchange: Exchange) -> Iterator[Claim]:
    """Of Content-MD5 and Content-Digest; algorithms that we do not know are to be passed over."""
    md5 = exchange.header(CONTENT_MD5)
    if md5 is not None:
        yield claim(CONTENT_MD5, md5, Algorithm.MD5)
    match = _SHA256.search(exchange.header(CONTENT_DIGEST) or "")
    if match is not None:
        yield claim(CONTENT_DIGEST, match[1], Algorithm.SHA256)
