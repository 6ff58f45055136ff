"""Checksums in plain Python: the reference implementation, slow and easy to believe."""

import hashlib
import hmac
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from buckets.errors import ClientGone, DigestMismatch, IncompleteBody, TooLarge
from buckets.model.block import BLOCK, SUM
from buckets.model.checksum import Algorithm, Claim
from buckets.model.version import Digests
from buckets.ports import Claims, Findings, Inspection


class MemoryChecksums:
    """Keeps the whole body and computes everything at its end."""

    @asynccontextmanager
    async def inspect(self, claims: Claims, *, limit: int) -> AsyncIterator[Inspection]:
        if claims.size is not None and claims.size > limit:
            raise TooLarge(limit)
        yield _MemoryInspection(claims, limit)

    def crc32c(self, data: bytes | memoryview, start: int = 0) -> int:
        return crc32c(data, start)


class _MemoryInspection:
    def __init__(self, claims: Claims, limit: int) -> None:
        self._claims = claims
        self._limit = limit
        self._content = bytearray()
        self._ended = False

    async def watch(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        declared = self._claims.size
        async for chunk in body:
            self._content += chunk
            if len(self._content) > self._limit:
                raise TooLarge(self._limit)
            if declared is not None and len(self._content) > declared:
                raise IncompleteBody(declared, len(self._content))
            yield chunk
        if declared is not None and len(self._content) < declared:
            raise IncompleteBody(declared, len(self._content))
        self._ended = True

    async def findings(self) -> Findings:
        self._require_whole()
        content = bytes(self._content)
        for claim in self._claims.digests:
            _verify(claim, _COMPUTE[claim.algorithm](content))
        md5, sha256 = _COMPUTE[Algorithm.MD5](content), _COMPUTE[Algorithm.SHA256](content)
        digests = Digests(etag=md5.hex(), crc32c=crc32c(content), md5=md5, sha256=sha256)
        return Findings(size=len(content), digests=digests, sums=sums(content))

    def _require_whole(self) -> None:
        """A store may stop at the last byte declared; without a declaration only the end of the body says that it is whole."""
        if self._claims.size is None:
            if not self._ended:
                raise ClientGone
        elif len(self._content) != self._claims.size:
            raise IncompleteBody(self._claims.size, len(self._content))


def _verify(claim: Claim, computed: bytes) -> None:
    if not hmac.compare_digest(claim.value, computed):
        raise DigestMismatch(claim.algorithm, claim.value.hex(), computed.hex(), claim.header)


def sums(content: bytes) -> bytes:
    """Those of the blocks of a blob that holds just this."""
    return b"".join(crc32c(content[start : start + BLOCK]).to_bytes(SUM, "big") for start in range(0, len(content), BLOCK))


def crc32c(data: bytes | memoryview, start: int = 0) -> int:
    """The cyclic redundancy check with Castagnoli's polynomial, bits reflected."""
    return _remainder(data, _CRC32C, 32, start)


def crc64nvme(data: bytes) -> int:
    """The check that NVM Express chose, bits reflected."""
    return _remainder(data, _CRC64NVME, 64)


def _remainder(data: bytes | memoryview, table: Sequence[int], bits: int, start: int = 0) -> int:
    ones = (1 << bits) - 1
    value = start ^ ones
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ ones


def _table(polynomial: int) -> Sequence[int]:
    return [_entry(value, polynomial) for value in range(256)]


def _entry(value: int, polynomial: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (polynomial if value & 1 else 0)
    return value


_CRC32C = _table(0x82F63B78)
_CRC64NVME = _table(0x9A6C9329AC4BC9B5)
_COMPUTE: Mapping[Algorithm, Callable[[bytes], bytes]] = {
    Algorithm.MD5: lambda content: hashlib.md5(content, usedforsecurity=False).digest(),
    Algorithm.SHA1: lambda content: hashlib.sha1(content, usedforsecurity=False).digest(),
    Algorithm.SHA256: lambda content: hashlib.sha256(content).digest(),
    Algorithm.CRC32: lambda content: zlib.crc32(content).to_bytes(4, "big"),
    Algorithm.CRC32C: lambda content: crc32c(content).to_bytes(4, "big"),
    Algorithm.CRC64NVME: lambda content: crc64nvme(content).to_bytes(8, "big"),
}
