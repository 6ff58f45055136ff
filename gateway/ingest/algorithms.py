"""Running checksums under one face: bytes go in, a digest comes out."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from awscrt import checksums

from buckets.model.checksum import Algorithm

_Step: TypeAlias = Callable[[bytes, int], int]


class Running(Protocol):
    """A checksum of what was seen so far."""

    def update(self, piece: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


def start(algorithm: Algorithm) -> Running:
    return _STARTS[algorithm]()


class _RunningCrc:
    """A cyclic redundancy check, most significant byte first."""

    def __init__(self, step: _Step, size: int) -> None:
        self._step = step
        self._size = size
        self._value = 0

    def update(self, piece: bytes, /) -> None:
        self._value = self._step(piece, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


_STARTS: Mapping[Algorithm, Callable[[], Running]] = {
    Algorithm.MD5: lambda: hashlib.md5(usedforsecurity=False),
    Algorithm.SHA1: lambda: hashlib.sha1(usedforsecurity=False),
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.CRC32: lambda: _RunningCrc(checksums.crc32, 4),
    Algorithm.CRC32C: lambda: _RunningCrc(checksums.crc32c, 4),
    Algorithm.CRC64NVME: lambda: _RunningCrc(checksums.crc64nvme, 8),
}
