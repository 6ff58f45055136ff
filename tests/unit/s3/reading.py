"""Documents as bodies that arrive piece by piece."""

from collections.abc import AsyncIterator

from gateway.s3.xml.element import Element
from gateway.s3.xml.reader import read_document


async def arriving(raw: bytes, piece: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), piece):
        yield raw[start : start + piece]


async def read(raw: bytes | str, *, root: str = "Delete", piece: int = 65536) -> Element:
    return await read_document(arriving(raw.encode() if isinstance(raw, str) else raw, piece), root=root)
