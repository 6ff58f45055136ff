"""The one look at the bytes themselves, before they are only counted."""

import asyncio

import pytest

from tests.bench.doors import PlainDoor
from tests.bench.exchange import prove
from tests.bench.load import PATTERN, WrongAnswer
from tests.bench.test_driver import Parrot

SIZE = 2 * len(PATTERN) + 3
BODY = (PATTERN * 3)[:SIZE]


async def proven(said: bytes) -> None:
    async with Parrot(said, closes=True).load() as load:
        door = PlainDoor(endpoint=f"http://{load.host}:{load.port}", store="bare")
        await asyncio.to_thread(prove, door, "key", SIZE)


def answer(body: bytes, length: int = SIZE) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (length, body)


async def test_what_was_put_is_what_comes_back() -> None:
    await proven(answer(BODY))


@pytest.mark.parametrize(
    "said",
    [
        answer(BODY[:-1]),
        answer(BODY[:-1] + b"\x00"),
        answer(BODY[:5] + b"\x00" + BODY[6:]),
        answer(BODY + b"more", SIZE + 4),
        answer(BODY).replace(b"200", b"206"),
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
    ids=["short", "another end", "another middle", "more", "another status", "half a head", "nothing"],
)
async def test_anything_else_is_told(said: bytes) -> None:
    with pytest.raises(WrongAnswer):
        await proven(said)
