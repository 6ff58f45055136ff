"""Opening files of each type as strictly as a reader may, without the code that made them."""

import csv
import io
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET


def png(data: bytes) -> tuple[int, int]:
    """The size of a picture whose chunks, stream and colours all fit."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks = list(_chunks(data[8:]))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"tEXt", b"IDAT", b"IEND"]
    found = dict(chunks)
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (depth, colour, rest) == (8, 3, [0, 0, 0])
    pixels = zlib.decompress(found[b"IDAT"])
    assert len(pixels) == (width + 1) * height
    assert set(pixels[:: width + 1]) == {0}
    assert max(pixels) < len(found[b"PLTE"]) // 3 <= 256
    return width, height


def jpeg(data: bytes) -> tuple[int, int]:
    """The size of a picture whose blocks are as many as it takes, each of a brightness that can be."""
    assert data[:2] == b"\xff\xd8"
    assert data[-2:] == b"\xff\xd9"
    segments, scan = _segments(data)
    height, width = struct.unpack(">HH", segments[0xC0][1:5])
    levels = list(_levels(scan))
    assert len(levels) == 3 * (width // 8) * (height // 8)
    assert all(-128 <= level <= 127 for level in levels)
    return width, height


def pdf(data: bytes) -> None:
    """Each object is where the table says, and the table where the end says."""
    assert data.startswith(b"%PDF-1.")
    assert data.endswith(b"%%EOF\n")
    [start] = re.findall(rb"startxref\n(\d+)\n", data)
    table = data[int(start) :]
    assert table.startswith(b"xref\n0 ")
    places = re.findall(rb"(\d{10}) 00000 n \n", table)
    assert len(places) > 3
    for number, place in enumerate(places, 1):
        assert data[int(place) :].startswith(b"%d 0 obj\n" % number)
    [(length, stream)] = re.findall(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", data, re.DOTALL)
    assert len(stream) == int(length)


def svg(data: bytes) -> None:
    assert ET.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"


def table(data: bytes) -> None:
    header, *lines = csv.reader(io.StringIO(data.decode()))
    assert lines
    assert {len(line) for line in lines} == {len(header)}


def text(data: bytes) -> None:
    assert data.decode().endswith("\n")


READERS: Mapping[str, Callable[[bytes], object]] = {
    "image/png": png,
    "image/jpeg": jpeg,
    "image/svg+xml": svg,
    "application/pdf": pdf,
    "application/json": json.loads,
    "text/csv; charset=utf-8": table,
    "text/plain; charset=utf-8": text,
    "text/markdown; charset=utf-8": text,
    "text/css; charset=utf-8": text,
    "text/javascript; charset=utf-8": text,
}


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    while data:
        size = int.from_bytes(data[:4], "big")
        kind, content, check = data[4:8], data[8 : 8 + size], data[8 + size : 12 + size]
        assert int.from_bytes(check, "big") == zlib.crc32(kind + content)
        yield kind, content
        data = data[12 + size :]


def _segments(data: bytes) -> tuple[Mapping[int, bytes], bytes]:
    segments, place = {}, 2
    while 0xDA not in segments:
        mark, kind, size = struct.unpack(">BBH", data[place : place + 4])
        assert mark == 0xFF
        segments[kind] = data[place + 4 : place + 2 + size]
        place += 2 + size
    return segments, data[place:-2]


def _levels(scan: bytes) -> Iterator[int]:
    """By the only tables that our pictures have: four bits of length, the difference, and a zero for the end of a block."""
    assert not re.search(rb"\xff[^\x00]", scan)
    plain = scan.replace(b"\xff\x00", b"\xff")
    bits = f"{int.from_bytes(plain, 'big'):0{8 * len(plain)}b}"
    last, place, turn = [0, 0, 0], 0, 0
    while len(bits) - place >= 8 or "0" in bits[place:]:
        count = int(bits[place : place + 4], 2)
        coded = bits[place + 4 : place + 4 + count]
        assert bits[place + 4 + count] == "0"
        place += 5 + count
        last[turn] += _difference(coded)
        yield last[turn]
        turn = (turn + 1) % 3


def _difference(coded: str) -> int:
    if not coded:
        return 0
    return int(coded, 2) if coded[0] == "1" else int(coded, 2) - (1 << len(coded)) + 1
