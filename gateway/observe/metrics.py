"""The meter of the service: counts and measurements for Prometheus."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, disable_created_metrics

from gateway.observe.bound import Bound
from gateway.observe.catalogue import CATALOGUE, Kind, Metric
from gateway.observe.page import Page

M = TypeVar("M", Counter, Gauge, Histogram)
_Series: TypeAlias = tuple[object, ...]


class UnknownMetric(Exception):
    """A name, a kind or a set of labels that the catalogue does not hold."""


class PrometheusMeter:
    """The `Meter` port over a page. Only what the catalogue holds can be counted; `bound` is for its bounded labels."""

    def __init__(self, page: Page, *, version: str, bound: int = 100) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the page and tell nothing that a restart does not
        self._page = page
        kept = page.registry
        self._counters = {name: Counter(*_definition(metric), registry=kept) for name, metric in _all(Kind.COUNTER)}
        self._gauges = {
            name: Gauge(*_definition(metric), registry=kept, multiprocess_mode=metric.across.value)
            for name, metric in _all(Kind.GAUGE)
        }
        self._histograms = {
            name: Histogram(*_definition(metric), registry=kept, buckets=metric.buckets) for name, metric in _all(Kind.HISTOGRAM)
        }
        self._bounds = {each.bounded: Bound(bound, page.known(each.bounded)) for each in CATALOGUE.values() if each.bounded}
        self._counting: dict[_Series, Counter] = {}
        self._observing: dict[_Series, Histogram] = {}
        self.gauge("seawall_build_info", lambda: 1, version=version)
        self.gauge("seawall_processes", lambda: 1)
        self.count("seawall_starts_total")

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        counter = self._counting.get((name, *labels.items()))
        if counter is None:
            counter = self._kept(self._counting, self._counters, name, labels)
        counter.inc(amount)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        histogram = self._observing.get((name, *labels.items()))
        if histogram is None:
            histogram = self._kept(self._observing, self._histograms, name, labels)
        histogram.observe(seconds)

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """A value that is asked for with each scrape, from a thread; a second reader of a series takes the place of the first."""
        _must_exist(self._gauges, name, labels)
        self._page.follow(_child(self._gauges, name, labels), read)

    def sample(self) -> None:
        """Write down what others cannot ask this process for."""
        self._page.sample()

    def render(self) -> tuple[bytes, str]:
        """What Prometheus reads, and its content type."""
        return self._page.render(), CONTENT_TYPE_LATEST

    def _kept(self, kept: dict[_Series, M], metrics: Mapping[str, M], name: str, labels: Mapping[str, str]) -> M:
        """The library's own look-up costs more than the count. What is beyond a bound comes here each time."""
        _must_exist(metrics, name, labels)
        if bounded := CATALOGUE[name].bounded:
            labels = {**labels, bounded: self._bounds[bounded](labels[bounded])}
        series = (name, *labels.items())
        if series not in kept:
            kept[series] = _child(metrics, name, labels)
        return kept[series]


def _all(kind: Kind) -> list[tuple[str, Metric]]:
    return [(name, metric) for name, metric in CATALOGUE.items() if metric.kind is kind]


def _definition(metric: Metric) -> tuple[str, str, tuple[str, ...]]:
    return metric.name, metric.sentence, metric.labels


def _child(metrics: Mapping[str, M], name: str, labels: Mapping[str, str]) -> M:
    """The one series of a metric."""
    return metrics[name].labels(**labels) if labels else metrics[name]


def _must_exist(metrics: Mapping[str, M], name: str, labels: Mapping[str, str]) -> None:
    if name not in metrics or labels.keys() != set(CATALOGUE[name].labels):
        raise UnknownMetric(f"{name} with {', '.join(labels) or 'no labels'}")
