"""A house whose bytes the test can get at, past the store; and what a reader may be told when they are not right."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from buckets.ports import BlobStore
from gateway.ingest.digests import StreamChecksums
from tests.factories.bodies import MIB
from tests.http.house import House, served
from tests.http.wire import Headers, Wire, ask, bearer, connected, request, sign

FRONTS = ["/photos/k", "/v1/objects/photos/k"]


@dataclass(frozen=True, slots=True)
class Got:
    """What came over the wire, and whether the connection broke in the middle of it."""

    status: int
    headers: str
    body: bytes
    broke: bool


@dataclass(slots=True)
class Cellar:
    """The house, and how to change a byte of the object that was put last; to change it again puts it right."""

    house: House
    change: Callable[[bytes, int], None]
    content: bytes = b""

    async def put(self, body: bytes) -> None:
        assert (await ask(self.house, "PUT", FRONTS[0], body=body)).status == 200
        self.content = body

    def flip(self, place: int) -> None:
        self.change(self.content, place)

    async def get(self, target: str, byte_range: str = "", *, method: str = "GET") -> Got:
        """By S3 with a signature, by the other front with a key."""
        headers = [("Range", f"bytes={byte_range}")] if byte_range else []
        async with connected(self.house) as wire:
            await wire.send(request(method, target, self._authorized(method, target, headers)))
            return await _got(wire, bodiless=method == "HEAD")

    @property
    def rot(self) -> float:
        return self.house.meter.counted("seawall_rot_total")

    def _authorized(self, method: str, target: str, headers: Headers) -> Headers:
        if target == FRONTS[0]:
            return sign(self.house.alice.pair, method, target, self.house.port, headers=headers)
        return [*bearer(self.house), *headers]


@asynccontextmanager
async def cellar_under(store: BlobStore, change: Callable[[bytes, int], None]) -> AsyncIterator[Cellar]:
    """Every byte that is read there comes from the store."""
    async with served(House(store=store, checksums=StreamChecksums(), limit=64 * MIB, cache=0)) as house:
        yield Cellar(house, change)


async def _got(wire: Wire, *, bodiless: bool) -> Got:
    head = (await wire.reader.readuntil(b"\r\n\r\n")).decode().lower()
    status, body = int(head.split()[1]), bytearray()
    left = 0 if bodiless else int(head.partition("content-length: ")[2].partition("\r\n")[0])
    try:
        while len(body) < left and (piece := await wire.reader.read(MIB)):
            body += piece
    except ConnectionResetError:
        return Got(status, head, bytes(body), broke=True)
    assert len(body) == left, "it ended as if that were all"
    return Got(status, head, bytes(body), broke=False)


def is_refused(got: Got) -> bool:
    """An answer that has nothing of an object, not even its headers."""
    assert (got.status, got.broke) == (503, False)
    assert "etag" not in got.headers
    assert "retry-after" not in got.headers
    return b"<Code>ServiceUnavailable</Code>" in got.body or b'"urn:seawall:problem:unavailable"' in got.body


def is_put_off(got: Got) -> bool:
    """An answer that has nothing of an object, and asks to come again."""
    assert (got.status, got.broke) == (503, False)
    assert "etag" not in got.headers
    return "retry-after: " in got.headers


def is_broken(got: Got, right: bytes) -> bool:
    """Right as far as it went, and it visibly did not go all the way."""
    assert got.broke
    return right.startswith(got.body) and len(got.body) < len(right)
