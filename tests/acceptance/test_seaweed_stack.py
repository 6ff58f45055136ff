"""`seawall up --store seaweedfs` as operators and clients see it: limited, metered, served by whichever endpoint answers."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.acceptance.fronts import Front, fronts, lift_limits
from tests.acceptance.stack import Stack, up
from tests.acceptance.transfers import Upload
from tests.factories.bodies import KIB, MIB, noise
from tests.faults.meddler import Fault, meddling
from tests.faults.visitors import ask
from tests.fixtures.weed import WeedServer


@contextmanager
def over(weed: WeedServer, data: Path, **settings: object) -> Iterator[Stack]:
    """A stack over a SeaweedFS that somebody else runs."""
    own = weed.settings(bucket="stacks")
    given = {
        "endpoints": own.endpoints,
        "bucket": own.bucket,
        "access_key": own.access_key,
        "secret_key": own.secret_key.reveal(),
        "cache_bytes": 0,
        **settings,
    }
    with up(data, "--store", "seaweedfs", *(f"--set=store.{name}={value}" for name, value in given.items())) as stack:
        lift_limits(stack)
        yield stack


def metrics(stack: Stack) -> Mapping[str, float]:
    connection = HTTPConnection(urlsplit(stack.ops).netloc, timeout=30)
    connection.request("GET", "/metrics")
    lines = [line for line in connection.getresponse().read().decode().splitlines() if line[0] != "#"]
    connection.close()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def put(front: Front, key: str, body: bytes) -> int:
    return asyncio.run(ask(front, "PUT", key, body)).status


def test_the_store_is_limited_and_metered(weed_server: WeedServer, tmp_path: Path) -> None:
    """One put at a time, and nobody waits for his turn."""
    with over(weed_server, tmp_path / "data", puts=1, queue=0) as stack:
        s3, v1 = fronts(stack)
        assert put(s3, "first", noise(10 * KIB)) == 200
        counted = metrics(stack)
        assert counted['seawall_store_bytes_total{direction="in"}'] >= 10 * KIB
        assert counted['seawall_store_seconds_count{operation="put"}'] == 1
        assert counted['seawall_store_under_way{operation="put"}'] == 0

        with Upload(v1, "slow", 4 * MIB) as slow:
            slow.advance(2)
            while not metrics(stack)['seawall_store_under_way{operation="put"}']:
                pass
            for front in (s3, v1):
                told = asyncio.run(ask(front, "PUT", "second", noise(10 * KIB)))
                assert told.status == 503
                assert "\r\nretry-after: " in told.headers
            slow.finish()
        assert put(s3, "second", noise(10 * KIB)) == 200


async def test_requests_go_on_when_one_of_two_endpoints_is_cut(weed_server: WeedServer, tmp_path: Path) -> None:
    body = noise(3 * MIB)
    async with meddling(weed_server.weed.endpoint) as left, meddling(weed_server.weed.endpoint) as right:
        stack_over = over(weed_server, tmp_path / "data", endpoints=f"{left.url},{right.url}", timeout=5)
        stack = await asyncio.to_thread(stack_over.__enter__)
        try:
            for cut, other in ((left, right), (right, left)):
                cut.arm("", Fault(arrives=False), times=10_000)
                other.seen.clear()
                for number in range(6):
                    for front in fronts(stack):
                        key = f"{front.name}/{number}"
                        assert (await ask(front, "PUT", key, body)).status in (200, 201)
                        assert (await ask(front, "GET", key)).body == body
                        assert (await ask(front, "DELETE", key)).status == 204
                assert other.seen
                cut.disarm()
        finally:
            await asyncio.to_thread(stack_over.__exit__, None, None, None)
