"""The meters: what Prometheus reads, and what tests ask."""

from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from buckets.memory.meter import MemoryMeter
from buckets.ports import Meter
from gateway.observe.catalogue import CATALOGUE, Kind
from gateway.observe.metrics import PrometheusMeter, UnknownMetric
from gateway.observe.page import OwnPage
from gateway.observe.reference import reference


@pytest.fixture
def meter() -> PrometheusMeter:
    return PrometheusMeter(OwnPage(), version="1.2.3")


def samples(meter: PrometheusMeter) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(meter.render()[0].decode())
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def sample(meter: PrometheusMeter, name: str, **labels: str) -> float | None:
    return samples(meter).get((name, frozenset(labels.items())))


class TestPrometheusMeter:
    def test_it_is_a_meter(self, meter: PrometheusMeter) -> None:
        port: Meter = meter
        port.count("seawall_rot_total")
        assert sample(meter, "seawall_rot_total") == 1

    def test_counts_add_up_by_labels(self, meter: PrometheusMeter) -> None:
        meter.count("seawall_bytes_total", 10, direction="in", surface="s3")
        meter.count("seawall_bytes_total", 5, surface="s3", direction="in")
        meter.count("seawall_bytes_total", 1, direction="out", surface="s3")
        assert sample(meter, "seawall_bytes_total", direction="in", surface="s3") == 15
        assert sample(meter, "seawall_bytes_total", direction="out", surface="s3") == 1

    def test_labels_of_one_call_are_never_taken_for_anothers(self, meter: PrometheusMeter) -> None:
        meter.count("seawall_bytes_total", direction="s3", surface="in")
        meter.count("seawall_bytes_total", surface="s3", direction="in")
        assert sample(meter, "seawall_bytes_total", direction="in", surface="s3") == 1

    def test_measurements_fall_into_their_buckets(self, meter: PrometheusMeter) -> None:
        for seconds in (0.0002, 0.3, 1000):
            meter.observe("seawall_phase_seconds", seconds, phase="commit")
        assert sample(meter, "seawall_phase_seconds_count", phase="commit") == 3
        assert sample(meter, "seawall_phase_seconds_bucket", phase="commit", le="0.0001") == 0
        assert sample(meter, "seawall_phase_seconds_bucket", phase="commit", le="0.00025") == 1
        assert sample(meter, "seawall_phase_seconds_bucket", phase="commit", le="0.5") == 2

    def test_a_gauge_is_asked_when_somebody_looks(self, meter: PrometheusMeter) -> None:
        idle = [3.0]
        meter.gauge("seawall_catalog_pool_connections", lambda: idle[0], state="idle")
        assert sample(meter, "seawall_catalog_pool_connections", state="idle") == 3
        idle[0] = 1
        assert sample(meter, "seawall_catalog_pool_connections", state="idle") == 1
        meter.gauge("seawall_catalog_pool_connections", lambda: 7, state="idle")
        assert sample(meter, "seawall_catalog_pool_connections", state="idle") == 7

    @pytest.mark.parametrize(
        "mistake",
        [
            lambda meter: meter.count("seawall_requests"),
            lambda meter: meter.count("seawall_requests_total"),
            lambda meter: meter.count("seawall_requests_total", surface="s3", operation="GetObject"),
            lambda meter: meter.count("seawall_rot_total", bucket="cards"),
            lambda meter: meter.count("seawall_phase_seconds", phase="commit"),
            lambda meter: meter.observe("seawall_rot_total", 1),
            lambda meter: meter.observe("seawall_phase_seconds", 1, stage="commit"),
            lambda meter: meter.gauge("seawall_catalog_pool_connections", float),
            lambda meter: meter.gauge("seawall_rot_total", float),
        ],
    )
    def test_what_the_catalogue_does_not_hold_is_an_error(
        self, mistake: Callable[[PrometheusMeter], None], meter: PrometheusMeter
    ) -> None:
        before = samples(meter).keys()
        with pytest.raises(UnknownMetric):
            mistake(meter)
        assert samples(meter).keys() == before

    def test_the_page_names_every_metric_and_says_what_it_is(self, meter: PrometheusMeter) -> None:
        body, content_type = meter.render()
        assert content_type.startswith("text/plain")
        helped = {line.split(" ")[2] for line in body.decode().splitlines() if line.startswith("# HELP")}
        assert CATALOGUE.keys() <= helped
        assert "process_resident_memory_bytes" in helped
        assert sample(meter, "seawall_build_info", version="1.2.3") == 1

    def test_creation_times_are_left_out(self, meter: PrometheusMeter) -> None:
        meter.count("seawall_rot_total")
        assert not [name for name, _ in samples(meter) if name.endswith("_created")]

    def test_of_a_bounded_label_the_first_values_have_a_series_each(self) -> None:
        meter = PrometheusMeter(OwnPage(), version="1", bound=2)
        for turn in range(2):
            for bucket in ("cards", "photos", "renders", "other", "scans"):
                meter.count("seawall_bucket_requests_total", bucket=bucket)
                meter.count("seawall_bucket_bytes_total", 10, direction="sent", bucket=bucket)
            assert sample(meter, "seawall_bucket_requests_total", bucket="cards") == turn + 1
        told = {dict(labels)["bucket"]: value for (name, labels), value in samples(meter).items() if "bucket_requests" in name}
        assert told == {"cards": 2, "photos": 2, "other": 6}
        assert sample(meter, "seawall_bucket_bytes_total", bucket="other", direction="sent") == 60

    def test_names_beyond_a_bound_are_not_remembered(self) -> None:
        meter = PrometheusMeter(OwnPage(), version="1", bound=1)
        for number in range(50):
            meter.count("seawall_bucket_requests_total", bucket=f"bucket-{number}")
        assert len([series for series in meter._counting if "seawall_bucket_requests_total" in series]) == 2

    def test_a_mistake_takes_no_place_under_a_bound(self) -> None:
        meter = PrometheusMeter(OwnPage(), version="1", bound=1)
        with pytest.raises(UnknownMetric):
            meter.count("seawall_bucket_requests_total", bucket="mistake", key="a")
        meter.count("seawall_bucket_requests_total", bucket="cards")
        assert sample(meter, "seawall_bucket_requests_total", bucket="cards") == 1

    def test_two_meters_share_nothing(self, meter: PrometheusMeter) -> None:
        meter.count("seawall_rot_total")
        assert sample(PrometheusMeter(OwnPage(), version="1"), "seawall_rot_total") == 0


def test_names_in_the_catalogue_keep_the_conventions_of_prometheus() -> None:
    for name, metric in CATALOGUE.items():
        assert name.startswith("seawall_")
        assert name.endswith("_total") == (metric.kind is Kind.COUNTER)
        assert bool(metric.buckets) == name.endswith("_seconds") == (metric.kind is Kind.HISTOGRAM)
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert metric.sentence.endswith(".")
        assert not metric.bounded or metric.bounded in metric.labels


def test_the_page_in_the_documentation_is_what_the_catalogue_says() -> None:
    assert (Path(__file__).parents[2] / "docs/metrics.md").read_text("utf-8") == reference()


class TestMemoryMeter:
    def test_a_question_sums_over_the_labels_it_leaves_out(self) -> None:
        meter = MemoryMeter()
        meter.count("requests", surface="s3", status="200")
        meter.count("requests", 2, surface="s3", status="404")
        meter.count("others", 5)
        assert meter.counted("requests") == meter.counted("requests", surface="s3") == 3
        assert meter.counted("requests", status="404") == 2
        assert meter.counted("requests", surface="rest") == 0

    def test_it_keeps_each_measurement(self) -> None:
        meter = MemoryMeter()
        meter.observe("phase", 0.5, phase="commit")
        meter.observe("phase", 0.25, phase="receive")
        assert meter.observed("phase", phase="commit") == [0.5]
        assert sorted(meter.observed("phase")) == [0.25, 0.5]

    def test_it_asks_a_gauge_when_asked(self) -> None:
        port: Meter = (meter := MemoryMeter())
        port.gauge("size", lambda: 4)
        assert meter.gauged("size") == 4
