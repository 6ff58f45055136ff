"""All parts of `make bench` over real servers, so small that the figures say nothing."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from buckets.settings import Secret
from seaweedfs.sign import Credentials, Signer
from tests.bench import report
from tests.bench.bench import PARTS, Found, bench, racing
from tests.bench.doors import S3Door
from tests.bench.installation import installed
from tests.bench.plan import Plan
from tests.bench.race import Entrant, Race
from tests.bench.rows import Front, Row, rows
from tests.fixtures.weed import installed_weed

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(300)]

TINY = Plan(
    store="disk",
    seconds=0.2,
    rounds=1,
    connections=4,
    wrk=False,
    hot=5,
    cold=20,
    large=2_000_000,
    names=(1000, 2000),
    pages=3,
    commits=64,
)


@pytest.fixture(scope="module")
def race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Race]:
    with installed(tmp_path_factory.mktemp("bench"), TINY) as installation, racing(TINY, installation) as race:
        yield race


def row_of(name: str) -> Row:
    return next(row for row in rows(TINY) if row.name == name)


def test_every_part_has_its_figures(tmp_path: Path) -> None:
    found = bench(TINY, PARTS, tmp_path)
    assert [line.name for line in found.requests] == [row.name for row in rows(TINY)]
    assert all(line.cells["Seawall"].endswith("/s") for line in found.requests), found.requests
    assert (len(found.pages), len(found.commits)) == (10, 3)
    assert {line.name for line in found.steps} >= {"GET 10 KB, hot: query find_heads", "PUT 10 KB: phase put.commit"}
    for markdown in (False, True):
        page = "\n".join(report.lines(found, TINY, ["--store", "disk"], at=datetime(2026, 11, 28, tzinfo=UTC), markdown=markdown))
        assert "PUT 2 MB" in page
        assert '2026-11-28, make bench ARGS="--store disk"' in page
    assert not found.failed


def test_the_store_under_us_is_the_one_beside_us(tmp_path: Path) -> None:
    installed_weed()
    found = bench(replace(TINY, store="seaweedfs", seconds=1, wrk=True, profile=True), ["get-small", "put-small"], tmp_path)
    assert not found.failed, found.requests
    assert any("function calls" in line for line in found.profile)
    assert found.beside == "SeaweedFS's own S3"
    assert all(line.cells["ratio"] and line.cells["CPU store, ms"] for line in found.requests)


@pytest.mark.parametrize("front", Front)
def test_what_the_driver_asks_is_let_in(race: Race, front: Front) -> None:
    line = race.line(replace(row_of("GET 10 KB, hot"), front=front))
    assert line.cells["Seawall"].endswith(" /s")


def test_a_signature_by_another_secret_leaves_a_row_without_a_figure(race: Race) -> None:
    entrant = race.ours[Front.S3]
    assert isinstance(entrant.door, S3Door)
    forged = Credentials(access_key=access_key(entrant.door), secret=Secret(secrets.token_hex(20)), region="us-east-1")
    line = refused(race, replace(entrant, door=replace(entrant.door, signer=Signer(forged))))
    assert line.startswith("FAILED")
    assert "403" in line


def refused(race: Race, entrant: Entrant) -> str:
    row = row_of("GET 10 KB, hot")
    found = replace(race, ours={Front.S3: entrant}).line(row)
    assert Found(beside="", requests=[found]).failed
    return found.cells["Seawall"]


def access_key(door: S3Door) -> str:
    return door.head("GET", "a").partition(b"Credential=")[2].partition(b"/")[0].decode("ascii")
