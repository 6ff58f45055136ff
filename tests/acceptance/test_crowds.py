"""A thousand slow clients, and thousands that leave in the middle: what they took of memory and of connections comes back."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.embedded.waiting import wait_until
from tests.acceptance.fronts import Front, fronts, lift_limits
from tests.acceptance.resident import Resident
from tests.acceptance.stack import Stack, up
from tests.acceptance.transfers import Download, Upload
from tests.fixtures.weed import WeedServer

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(300)]

MIB = 1 << 20
SIZE = 4 * MIB
SLOW, ABORTED, AT_ONCE = 1000, 2_000, 100
LEVEL = 32 * MIB
"""Of memory, which an allocator may keep: measured 7 MiB after 2 500 readers who left; 200 before free pages were given back."""


@pytest.fixture(scope="module", autouse=True)
def descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, weed_server: WeedServer) -> Iterator[Stack]:
    settings = {
        "store.kind": "seaweedfs",
        "store.endpoints": weed_server.weed.endpoint,
        "store.bucket": "crowds",
        "store.access_key": weed_server.weed.access_key,
        "store.secret_key": weed_server.weed.secret_key.reveal(),
        "store.cache_bytes": "0",
        "observe.log_level": "error",
    }
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    with up(tmp_path_factory.mktemp("crowds") / "data", *given) as stack:
        lift_limits(stack)
        for front in fronts(stack):
            with Upload(front, "watched", SIZE) as upload, Download(front, "watched", SIZE) as download:
                upload.finish()
                download.finish()
        yield stack


class Level:
    """What a process holds, to be compared with what it holds later."""

    def __init__(self, stack: Stack) -> None:
        self.pid = stack.process.pid
        self.memory = Resident(self.pid).settled()
        self.sockets = self._sockets()

    def returns(self) -> None:
        """Connections to the store that are kept for others end after half a minute, and every ten seconds memory is given back."""
        wait_until(lambda: self._sockets() <= self.sockets, timeout=60, otherwise="connections are still open")
        resident = Resident(self.pid)
        wait_until(lambda: resident.now() <= self.memory + LEVEL, timeout=60, otherwise="memory is still taken")

    def _sockets(self) -> int:
        return sum(_is_socket(link) for link in Path(f"/proc/{self.pid}/fd").iterdir())


def _is_socket(link: Path) -> bool:
    with suppress(FileNotFoundError):
        return str(link.readlink()).startswith("socket:")
    return False


async def begun(front: Front, key: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose answer has begun, or that was sent away."""
    place = urlsplit(front.endpoint)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1024)
    headers = {"Host": place.netloc, **front.headers("GET", key)}
    lines = [f"GET {front.path(key)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    assert await reader.readexactly(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
    return reader, writer


async def test_slow_readers_who_leave_give_everything_back(stack: Stack) -> None:
    level, front = await asyncio.to_thread(Level, stack), fronts(stack)[0]
    for _, writer in await asyncio.gather(*(begun(front, "watched") for _ in range(SLOW))):
        writer.transport.abort()
    await asyncio.to_thread(level.returns)


async def test_readers_who_leave_in_the_middle_give_everything_back(stack: Stack) -> None:
    level, front = await asyncio.to_thread(Level, stack), fronts(stack)[0]
    places = asyncio.Semaphore(AT_ONCE)

    async def leave() -> None:
        async with places:
            _, writer = await begun(front, "watched")
            writer.transport.abort()

    await asyncio.gather(*(leave() for _ in range(ABORTED)))
    await asyncio.to_thread(level.returns)


async def test_slow_senders_who_leave_give_everything_back(stack: Stack) -> None:
    level, front = await asyncio.to_thread(Level, stack), fronts(stack)[1]
    place = urlsplit(front.endpoint)

    async def send(number: int) -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection(place.hostname, place.port)
        headers = {"Host": place.netloc, "Content-Length": str(SIZE), **front.headers("PUT", f"slow/{number}")}
        lines = [f"PUT {front.path(f'slow/{number}')} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + bytes(100_000))
        await writer.drain()
        return writer

    for writer in await asyncio.gather(*(send(number) for number in range(SLOW))):
        writer.transport.abort()
    await asyncio.to_thread(level.returns)
