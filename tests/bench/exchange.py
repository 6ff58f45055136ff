"""One request over a socket of its own, looked at closely: what is measured afterwards is counted, not read."""

import re
import socket
from itertools import takewhile

from tests.bench.doors import Door
from tests.bench.load import PATTERN, WrongAnswer

_PATIENCE = 60.0


def make_bucket(door: Door) -> None:
    """For those who have buckets; the others have room for names at once."""
    if door.lists:
        answered(door, door.head("PUT", ""))


def prove(door: Door, key: str, size: int) -> None:
    """That it gives back the bytes that were put, all of them."""
    body = answered(door, door.head("GET", key))
    pieces = range(0, size, len(PATTERN))
    if len(body) != size or not all(PATTERN.startswith(body[start : start + len(PATTERN)]) for start in pieces):
        raise WrongAnswer(f"{key} at {door.endpoint} is not what was put there")


def answered(door: Door, head: bytes) -> bytes:
    """The body of a 200 that tells its length."""
    try:
        said, body = _exchanged(door, head)
    except OSError as gone:
        raise WrongAnswer(f"{door.endpoint} does not answer: {gone}") from gone
    if not said.startswith(b"HTTP/1.1 200 "):
        raise WrongAnswer(f"{door.endpoint} answered {said[:200]!r} {body[:500]!r}")
    return body


def _exchanged(door: Door, head: bytes) -> tuple[bytes, bytes]:
    with socket.create_connection(door.address, timeout=_PATIENCE) as wire, wire.makefile("rb") as answer:
        wire.sendall(head)
        said = b"".join(takewhile(b"\r\n".__ne__, iter(answer.readline, b"")))
        length = re.search(rb"(?i)^content-length: *(\d+)", said, re.MULTILINE)
        return said, answer.read(int(length[1]) if length else 0)
