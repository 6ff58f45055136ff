"""PNG pictures of up to 256 colours: https://www.w3.org/TR/png-3/

The bytes are stored and not compressed: what a compressor makes of them depends on its release.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3
_LONGEST_BLOCK = 65535


def png(width: int, height: int, rows: Iterable[bytes], colours: Sequence[Colour], *, title: str) -> bytes:
    """Each row is a byte for a pixel, the number of its colour."""
    pixels = b"".join(b"\x00" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)
    palette = b"".join(map(bytes, colours))
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"tEXt", _text(title)), (b"IDAT", _stored(pixels)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text(title: str) -> bytes:
    return b"Title\x00" + title.encode("latin-1", "replace")


def _stored(data: bytes) -> bytes:
    """A zlib stream: https://www.rfc-editor.org/rfc/rfc1950, blocks as in https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4"""
    return b"\x78\x01" + b"".join(_blocks(data)) + struct.pack(">I", zlib.adler32(data))


def _blocks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _LONGEST_BLOCK):
        block = data[start : start + _LONGEST_BLOCK]
        is_last = start + _LONGEST_BLOCK >= len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF) + block
