"""What a body turns out to be."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from buckets.model.checksum import Claim
from buckets.model.version import Digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the client says its body is; each claim is verified before anything becomes visible."""

    size: int | None = None
    digests: Sequence[Claim] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the body was."""

    size: int
    digests: Digests
    sums: bytes = b""
    """Of the body's blocks, see `model/block.py`."""


class Inspection(Protocol):
    """One body under inspection: it looks at bytes and never changes them."""

    def watch(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same bytes, looked at; raises TooLarge or IncompleteBody as soon as it is known."""

    async def findings(self) -> Findings:
        """After the last byte: what was seen. DigestMismatch or IncompleteBody when it is not what was claimed."""


class Checksums(Protocol):
    """Computes digests of bodies as they pass."""

    def inspect(self, claims: Claims, *, limit: int) -> AbstractAsyncContextManager[Inspection]:
        """The context owns the inspection's resources: leaving it, however, frees them."""

    def crc32c(self, data: bytes | memoryview, start: int = 0) -> int:
        """The CRC32C of some bytes, or, from the CRC32C of what came before them on, of all."""
