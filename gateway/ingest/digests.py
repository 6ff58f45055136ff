"""Digests of bodies as they pass, computed beside the event loop where they are large."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from awscrt import checksums

from buckets.errors import ClientGone, DigestMismatch, IncompleteBody, TooLarge
from buckets.model.block import BLOCK, SUM
from buckets.model.checksum import Algorithm, Claim
from buckets.model.version import Digests
from buckets.ports import Claims, Findings, Inspection
from gateway.ingest.algorithms import start

_INLINE = 64 << 10  # a thread costs more than hashing this
_PIECE = 256 << 10
_MANY = 64  # chunks: a body that comes byte by byte must not cost an object for each


class StreamChecksums:
    """MD5, SHA-256 and CRC32C in one pass. Of a body at most two pieces of 256 KiB are held, one gathering and one being hashed."""

    @asynccontextmanager
    async def inspect(self, claims: Claims, *, limit: int) -> AsyncIterator[Inspection]:
        if claims.size is not None and claims.size > limit:
            raise TooLarge(limit)
        inspection = _StreamInspection(claims, limit)
        try:
            yield inspection
        finally:
            await inspection.settle()

    def crc32c(self, data: bytes | memoryview, start: int = 0) -> int:
        return _crc32c(data, start)


class _StreamInspection:
    """One body under inspection."""

    def __init__(self, claims: Claims, limit: int) -> None:
        self._claims = claims
        self._limit = limit
        self._size = 0
        self._ended = False
        self._running = _RunningDigests(claims.digests)
        self._gathered: list[bytes] = []
        self._gathered_size = 0
        self._hashing: asyncio.Future[None] | None = None

    async def watch(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in body:
            self._admit(len(chunk))
            self._gathered.append(chunk)
            self._gathered_size += len(chunk)
            if len(self._gathered) == _MANY:
                self._gathered = [b"".join(self._gathered)]
            if self._gathered_size >= _PIECE:
                await self._hash()
            yield chunk
        self._end()

    async def findings(self) -> Findings:
        self._require_whole()
        if self._gathered_size > _INLINE:
            await self._hash()
        await self.settle()
        self._running.update(self._taken())
        self._running.verify(self._claims.digests)
        return Findings(size=self._size, digests=self._running.digests(), sums=self._running.sums())

    async def settle(self) -> None:
        """Wait until nothing of this body is being hashed."""
        if self._hashing:
            await asyncio.wait((self._hashing,))
            self._hashing.result()

    async def _hash(self) -> None:
        """Hash what has gathered on a thread, when the piece before it is done."""
        await self.settle()
        self._hashing = asyncio.get_running_loop().run_in_executor(None, self._running.update, self._taken())

    def _taken(self) -> list[bytes]:
        taken, self._gathered, self._gathered_size = self._gathered, [], 0
        return taken

    def _admit(self, length: int) -> None:
        self._size += length
        if self._size > self._limit:
            raise TooLarge(self._limit)
        if self._claims.size is not None and self._size > self._claims.size:
            raise IncompleteBody(self._claims.size, self._size)

    def _end(self) -> None:
        self._ended = True
        self._require_whole()

    def _require_whole(self) -> None:
        """A store may stop at the last byte declared; without a declaration only the end of the body says that it is whole."""
        if self._claims.size is None:
            if not self._ended:
                raise ClientGone
        elif self._size != self._claims.size:
            raise IncompleteBody(self._claims.size, self._size)


class _RunningDigests:
    """The digests of what has been seen so far; one piece at a time."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        wanted = {Algorithm.MD5, Algorithm.SHA256, Algorithm.CRC32C, *(claim.algorithm for claim in claims)}
        self._running = {algorithm: start(algorithm) for algorithm in wanted}
        self._blocks = _BlockSums()

    def update(self, chunks: list[bytes]) -> None:
        piece = b"".join(chunks)
        for running in self._running.values():
            running.update(piece)
        self._blocks.update(piece)

    def verify(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            computed = self._running[claim.algorithm].digest()
            if not hmac.compare_digest(claim.value, computed):
                raise DigestMismatch(claim.algorithm, claim.value.hex(), computed.hex(), claim.header)

    def digests(self) -> Digests:
        md5, sha256, crc = (self._running[algorithm].digest() for algorithm in (Algorithm.MD5, Algorithm.SHA256, Algorithm.CRC32C))
        return Digests(etag=md5.hex(), crc32c=int.from_bytes(crc, "big"), md5=md5, sha256=sha256)

    def sums(self) -> bytes:
        return self._blocks.packed()


class _BlockSums:
    """The CRC32C of each block of a body, wherever its pieces end."""

    def __init__(self) -> None:
        self._packed = bytearray()
        self._sum = 0
        self._filled = 0

    def update(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            part, rest = rest[: BLOCK - self._filled], rest[BLOCK - self._filled :]
            self._sum = _crc32c(part, self._sum)
            self._filled += len(part)
            if self._filled == BLOCK:
                self._packed += self._sum.to_bytes(SUM, "big")
                self._sum = self._filled = 0

    def packed(self) -> bytes:
        return bytes(self._packed) + (self._sum.to_bytes(SUM, "big") if self._filled else b"")


def _crc32c(data: bytes | memoryview, start: int) -> int:
    value: int = checksums.crc32c(data, start)  # the library bears no types
    return value
