"""JPEG mosaics: baseline pictures whose 8 x 8 blocks are of one colour each. https://www.w3.org/Graphics/JPEG/itu-t81.pdf

A block of one colour has a DC coefficient and no others. Quantised by 8 it is the brightness itself, so nothing is transformed.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

_BLOCK = 8
_COMPONENTS = 3
_DC_CODES = bytes([0, 0, 0, 9, *[0] * 12, *range(9)])
"""Nine codes of four bits: that of n bits of difference is n itself."""

_AC_CODES = bytes([1, *[0] * 15, 0])
"""One code of one bit, for the end of a block."""


def jpeg(mosaic: Sequence[Sequence[Colour]], *, comment: str) -> bytes:
    """Rows of stones, each of which becomes a block."""
    height, width = _BLOCK * len(mosaic), _BLOCK * len(mosaic[0])
    parts = [
        _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
        _segment(0xFE, comment.encode()),
        _segment(0xDB, bytes([0, *[_BLOCK] * 64])),
        _segment(0xC0, struct.pack(">BHHB", 8, height, width, _COMPONENTS) + _each(b"\x11\x00")),
        _segment(0xC4, b"\x00" + _DC_CODES + b"\x10" + _AC_CODES),
        _segment(0xDA, bytes([_COMPONENTS]) + _each(b"\x00") + b"\x00\x3f\x00"),
        _scan(mosaic),
    ]
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _each(data: bytes) -> bytes:
    """The same for all components."""
    return b"".join(bytes([component + 1]) + data for component in range(_COMPONENTS))


def _scan(mosaic: Sequence[Sequence[Colour]]) -> bytes:
    bits = "".join(_codes(mosaic))
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")


def _codes(mosaic: Sequence[Sequence[Colour]]) -> Iterator[str]:
    before = [0] * _COMPONENTS
    for row in mosaic:
        for colour in row:
            levels = _levels(colour)
            yield from (_code(level - last) for level, last in zip(levels, before, strict=True))
            before = levels


def _code(difference: int) -> str:
    """How many bits, the bits, and the end of the block; a negative one is written as its complement."""
    count = abs(difference).bit_length()
    value = difference if difference >= 0 else difference + (1 << count) - 1
    return f"{count:04b}" + (f"{value:0{count}b}" if count else "") + "0"


def _levels(colour: Colour) -> list[int]:
    """Brightness and the two differences of colour, around zero, in whole numbers: https://www.w3.org/Graphics/JPEG/jfif3.pdf"""
    red, green, blue = colour
    exact = (
        299 * red + 587 * green + 114 * blue - 128_000,
        -169 * red - 331 * green + 500 * blue,
        500 * red - 419 * green - 81 * blue,
    )
    return [max(-128, min(127, (level + 500) // 1000)) for level in exact]
