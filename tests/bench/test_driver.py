"""The driver counts what it was told to count, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest

from tests.bench.drivers import driven, shared
from tests.bench.load import PATTERN, Load, WrongAnswer

GET = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"


@dataclass(frozen=True)
class Parrot:
    """A server that says the same to everybody, and closes behind it where it was told to."""

    answer: bytes
    closes: bool = False
    size: int = 0
    received: bytearray = field(default_factory=bytearray)
    talks: list["asyncio.Task[None]"] = field(default_factory=list)

    @asynccontextmanager
    async def load(self) -> AsyncIterator[Load]:
        """Ten requests to it, over two connections."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        async with server, self._ended():
            yield Load(host="127.0.0.1", port=server.sockets[0].getsockname()[1], heads=[GET] * 10, size=4, connections=2)

    @asynccontextmanager
    async def _ended(self) -> AsyncIterator[None]:
        """Nobody is left talking behind the block."""
        yield
        await asyncio.gather(*self.talks)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.talks.append(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.received.extend(await reader.readexactly(self.size))
                writer.write(self.answer)
                if self.closes:
                    break
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()


async def test_each_request_is_counted_once() -> None:
    async with Parrot(GOOD).load() as load:
        outcome = await driven(load)
    assert (outcome.answers, len(outcome.latencies)) == (10, 10)


async def test_requests_begin_again_until_the_time_is_over() -> None:
    async with Parrot(GOOD).load() as load:
        outcome = await driven(replace(load, heads=[GET], seconds=0.1))
    assert outcome.answers > 1
    assert outcome.seconds >= 0.1


async def test_a_long_body_arrives_as_it_was_prepared() -> None:
    size = 3 * len(PATTERN) + 17
    parrot = Parrot(GOOD, size=size)
    async with parrot.load() as load:
        outcome = await driven(replace(load, heads=[GET], sent=size))
    assert outcome.answers == 1
    assert parrot.received == (PATTERN * 4)[:size]


async def test_an_answer_without_a_body_may_name_its_length() -> None:
    async with Parrot(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").load() as load:
        assert (await driven(replace(load, size=9, silent=True))).answers == 10


WRONG = {
    "another status": (b"HTTP/1.1 503 Slow\r\nContent-Length: 4\r\n\r\nbody", "503 Slow"),
    "another length": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n+body", "4 bytes were expected, not 5"),
    "a short body": (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbod", "closed before the answer was complete"),
    "a body that goes on": (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodybody", "went on behind its end"),
    "no HTTP": (b"hello\r\n\r\nbody", "was expected, not"),
}


@pytest.mark.parametrize(("answer", "told"), WRONG.values(), ids=WRONG)
async def test_a_wrong_answer_is_no_figure(answer: bytes, told: str) -> None:
    async with Parrot(answer, closes=True).load() as load:
        with pytest.raises(WrongAnswer, match=told):
            await driven(load)


async def test_nobody_there_is_a_wrong_answer() -> None:
    async with Parrot(GOOD).load() as load:
        pass
    with pytest.raises(WrongAnswer, match="nobody answers"):
        await driven(load)


@pytest.mark.parametrize(("connections", "expected"), [(32, [16, 16]), (3, [2, 1]), (1, [1])])
def test_drivers_share_all_of_a_load(connections: int, expected: list[int]) -> None:
    heads = [b"%d" % number for number in range(5)]
    parts = shared(Load(host="", port=0, heads=heads, connections=connections), 2)
    assert [part.connections for part in parts] == expected
    assert sorted(head for part in parts for head in part.heads) == heads
