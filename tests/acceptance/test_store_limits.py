"""The store of a running stack is within its limits and metered: asked from outside."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from gateway.embedded.waiting import wait_until
from tests.acceptance.fronts import Front, fronts
from tests.acceptance.stack import PATIENCE, Stack, up

SIZE = 1 << 20


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with up(tmp_path_factory.mktemp("limits") / "data", "--set", "store.puts=1", "--set", "store.queue=0") as stack:
        yield stack


def figure(stack: Stack, series: str) -> float:
    with urlopen(f"{stack.ops}/metrics", timeout=PATIENCE) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(series))


def begun(front: Front, key: str) -> socket.socket:
    """A put of which only the beginning has been sent."""
    place = urlsplit(front.endpoint)
    wire = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
    headers = {"Host": place.netloc, "Content-Length": str(SIZE), **front.headers("PUT", key)}
    lines = [f"PUT {front.path(key)} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    wire.sendall("\r\n".join([*lines, "", ""]).encode() + b"x" * 1000)
    return wire


def put(front: Front, key: str) -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(front.endpoint).netloc, timeout=PATIENCE)
    with closing(connection):
        connection.request("PUT", front.path(key), body=b"card", headers=dict(front.headers("PUT", key)))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After", "")


@pytest.mark.parametrize("surface", [0, 1], ids=["s3", "v1"])
def test_a_put_beyond_the_limit_is_asked_to_come_again_and_the_one_before_it_is_done(stack: Stack, surface: int) -> None:
    front = fronts(stack)[surface]
    with closing(begun(front, f"slow/{surface}")) as slow:
        wait_until(lambda: figure(stack, 'seawall_store_under_way{operation="put"}') == 1, timeout=60, otherwise="it was not begun")
        status, retry_after = put(front, f"other/{surface}")
        assert (status, int(retry_after) >= 1) == (503, True)
        slow.sendall(b"x" * (SIZE - 1000))
        answer = HTTPResponse(slow, method="PUT")
        answer.begin()
        assert answer.status in (200, 201)
    assert put(front, f"other/{surface}")[0] in (200, 201)


def test_what_the_store_does_is_counted(stack: Stack) -> None:
    before = (
        figure(stack, 'seawall_store_seconds_count{operation="put"}'),
        figure(stack, 'seawall_store_bytes_total{direction="in"}'),
    )
    assert put(fronts(stack)[0], "counted")[0] == 200
    after = (
        figure(stack, 'seawall_store_seconds_count{operation="put"}'),
        figure(stack, 'seawall_store_bytes_total{direction="in"}'),
    )
    assert (after[0] - before[0], after[1] - before[1]) == (1, 4)
