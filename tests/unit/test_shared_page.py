"""Several processes, one page: it says the same whoever is asked, and never less than before."""

from pathlib import Path

import pytest

from gateway.observe.figure_files import FigureFiles
from tests.fixtures.figures import Counting, counting

POOL = "seawall_catalog_pool_connections"
BUCKETS = "seawall_bucket_requests_total"


@pytest.fixture
def places(tmp_path: Path) -> list[FigureFiles]:
    places = [FigureFiles(tmp_path, number) for number in (1, 2)]
    for place in places:
        place.renew()
    return places


def names(process: Counting) -> dict[str, float]:
    return {dict(labels)["bucket"]: value for (name, labels), value in process.page().items() if name == BUCKETS}


def test_counts_add_up_whoever_is_asked(places: list[FigureFiles]) -> None:
    with counting(places[0]) as one, counting(places[1]) as other:
        one.count("seawall_bytes_total", 10, direction="in", surface="s3")
        other.count("seawall_bytes_total", 5, direction="in", surface="s3")
        other.observe("seawall_phase_seconds", 0.3, phase="commit")
        one.observe("seawall_phase_seconds", 0.0002, phase="commit")
        for asked in (one, other, one):
            assert asked.read("seawall_bytes_total", direction="in", surface="s3") == 15
            assert asked.read("seawall_phase_seconds_count", phase="commit") == 2
            assert asked.read("seawall_phase_seconds_bucket", phase="commit", le="0.00025") == 1
            assert asked.read("seawall_rot_total") == 0


def test_gauges_add_up_or_are_the_largest(places: list[FigureFiles]) -> None:
    with counting(places[0]) as one, counting(places[1]) as other:
        one.gauge(POOL, 3, state="idle")
        other.gauge(POOL, 4, state="idle")
        one.page()
        for asked in (one, other):
            assert asked.read(POOL, state="idle") == 7
            assert asked.read("seawall_processes") == 2
            assert asked.read("seawall_build_info", version="1") == 1


def test_what_the_kernel_knows_of_each_adds_up(places: list[FigureFiles]) -> None:
    with counting(places[0]) as one:
        alone = one.read("process_resident_memory_bytes")
        assert alone
        assert alone > 1 << 20
        with counting(places[1]) as other:
            both = other.read("process_resident_memory_bytes")
            assert both
            assert both > 1.5 * alone
            assert (one.read("process_cpu_seconds_total") or 0) > 0


def test_after_a_kill_counts_stay_and_go_on_in_the_same_files(places: list[FigureFiles], tmp_path: Path) -> None:
    files = sorted(tmp_path.iterdir())
    with counting(places[1]) as witness:
        for life in range(4):
            with counting(places[0]) as one:
                one.count("seawall_rot_total", 2)
                one.observe("seawall_phase_seconds", 0.3, phase=f"life {life}")
                one.kill()
            places[0].renew()
            assert witness.read("seawall_rot_total") == 2 * (life + 1)
            assert witness.read("seawall_phase_seconds_count", phase="life 0") == 1
            assert witness.read("seawall_starts_total") == life + 2
            assert (witness.read("process_cpu_seconds_total") or 0) > 0
    assert sorted(tmp_path.iterdir()) == files


def test_gauges_of_the_dead_are_not_counted(places: list[FigureFiles]) -> None:
    with counting(places[0]) as one, counting(places[1]) as witness:
        one.gauge(POOL, 3, state="idle")
        witness.gauge(POOL, 4, state="idle")
        one.kill()
        places[0].renew()
        assert witness.read(POOL, state="idle") == 4
        assert witness.read("seawall_processes") == 1


def test_a_bound_holds_over_many_lives(places: list[FigureFiles]) -> None:
    for life in range(3):
        with counting(places[0], bound=2) as one:
            one.count(BUCKETS, bucket=f"first-of-{life}")
            one.count(BUCKETS, bucket=f"second-of-{life}")
            one.kill()
        places[0].renew()
    with counting(places[0], bound=2) as one:
        assert names(one) == {"first-of-0": 1, "second-of-0": 1, "other": 4}
        one.count(BUCKETS, bucket="second-of-0")
        assert names(one)["second-of-0"] == 2


def test_whoever_looks_while_a_place_changes_hands_sees_a_whole_page(places: list[FigureFiles]) -> None:
    with counting(places[1]) as witness:
        for _ in range(20):
            with counting(places[0]) as one:
                one.process.stdin.close()  # type: ignore[union-attr]  # it starts, and ends as soon as it has
                while one.process.poll() is None:
                    assert witness.read("seawall_rot_total") == 0
            places[0].renew()
            assert witness.read("seawall_processes") == 1
        assert witness.read("seawall_starts_total") == 21
