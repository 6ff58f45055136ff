"""Checksums that a client may claim of a body."""

from dataclasses import dataclass
from enum import StrEnum


class Algorithm(StrEnum):
    """By the names that S3 gives them."""

    MD5 = "MD5"
    SHA1 = "SHA1"
    SHA256 = "SHA256"
    CRC32 = "CRC32"
    CRC32C = "CRC32C"
    CRC64NVME = "CRC64NVME"

    @property
    def size(self) -> int:
        """Bytes of a value; those of a CRC come with the most significant first."""
        return _SIZES[self]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a body is said to hash to, and which header says so."""

    algorithm: Algorithm
    value: bytes
    header: str


_SIZES = {
    Algorithm.MD5: 16,
    Algorithm.SHA1: 20,
    Algorithm.SHA256: 32,
    Algorithm.CRC32: 4,
    Algorithm.CRC32C: 4,
    Algorithm.CRC64NVME: 8,
}
