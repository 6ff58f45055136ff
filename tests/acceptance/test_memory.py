"""The memory of a worker stays flat, whatever the size of an object and however slow its peers are."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.acceptance.fronts import Front, Json, fronts, lift_limits
from tests.acceptance.resident import Resident
from tests.acceptance.stack import Stack, up
from tests.acceptance.transfers import Download, Growth, Transfer, Upload, delete, growth

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(300)]

MIB, GIB = 1 << 20, 1 << 30
CROWD = 50
LARGE_OBJECT = 8 * MIB  # measured: 1 MiB
EACH_CONNECTION = 1 * MIB  # measured: 0.5 MiB while they pause, 0.8 MiB at the most


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Warm: what is loaded with the first requests is no cost of the later ones."""
    scratch = tmp_path_factory.mktemp("memory")
    try:
        with up(scratch / "data") as stack:
            lift_limits(stack)
            for front in fronts(stack):
                move(Upload(front, "warm", 8 * MIB), Download(front, "warm", 8 * MIB))
            yield stack
    finally:
        shutil.rmtree(scratch)  # gigabytes, which would be kept after a failure


def move(*transfers: Transfer) -> None:
    for transfer in transfers:
        with transfer:
            transfer.finish()


def cost(stack: Stack, transfers: Sequence[Transfer], *, pause_after: int) -> Growth:
    return growth(Resident(stack.process.pid), transfers, pause_after=pause_after)


def status(front: Front, key: str) -> int:
    connection = HTTPConnection(urlsplit(front.endpoint).netloc, timeout=30)
    connection.request("HEAD", front.path(key), headers=dict(front.headers("HEAD", key)))
    found = connection.getresponse().status
    connection.close()
    return found


@pytest.mark.parametrize("surface", [0, 1], ids=["s3", "v1"])
def test_a_gibibyte_comes_and_goes_in_a_few_mebibytes(stack: Stack, surface: int) -> None:
    front = fronts(stack)[surface]
    stored = cost(stack, [Upload(front, "giant", GIB)], pause_after=16 * MIB)
    fetched = cost(stack, [Download(front, "giant", GIB)], pause_after=16 * MIB)
    delete(Json(stack), "giant")
    assert status(front, "giant") == 404
    assert max(stored.peak, fetched.peak) <= LARGE_OBJECT, (stored, fetched)


@pytest.mark.parametrize(("readers", "writers"), [(CROWD, 0), (0, CROWD), (CROWD, CROWD)], ids=["readers", "writers", "both"])
def test_slow_clients_cost_a_mebibyte_each_at_the_most(stack: Stack, readers: int, writers: int) -> None:
    surfaces = itertools.cycle(fronts(stack))
    move(Upload(next(surfaces), "watched", 16 * MIB))
    crowd: list[Transfer] = [Download(next(surfaces), "watched", 16 * MIB) for _ in range(readers)]
    crowd += [Upload(next(surfaces), f"slow/{number}", 8 * MIB) for number in range(writers)]
    assert cost(stack, crowd, pause_after=2 * MIB).peak <= EACH_CONNECTION * len(crowd)


@pytest.mark.parametrize("size", [MIB // 2, MIB], ids=["read whole", "read in blocks"])
def test_slow_readers_of_a_small_object_cost_no_more_than_others(stack: Stack, size: int) -> None:
    """The largest that is read whole is held until it is proven, and then until it is taken."""
    front = Json(stack)
    move(Upload(front, f"small/{size}", size))
    crowd = [Download(front, f"small/{size}", size) for _ in range(CROWD)]
    assert cost(stack, crowd, pause_after=0).peak <= EACH_CONNECTION * CROWD
