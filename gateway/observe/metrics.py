"""The meter of the service: counts and measurements for Prometheus, of this process."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from gateway.observe.catalogue import CATALOGUE, Kind, Metric

M = TypeVar("M", Counter, Gauge, Histogram)
_Series: TypeAlias = tuple[object, ...]


class UnknownMetric(Exception):
    """A name, a kind or a set of labels that the catalogue does not hold."""


class PrometheusMeter:
    """The `Meter` port over a registry of its own. Only what the catalogue holds can be counted."""

    def __init__(self, *, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the page and tell nothing that a restart does not
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._counters = {name: Counter(*_definition(metric), registry=self._registry) for name, metric in _all(Kind.COUNTER)}
        self._gauges = {name: Gauge(*_definition(metric), registry=self._registry) for name, metric in _all(Kind.GAUGE)}
        self._histograms = {
            name: Histogram(*_definition(metric), registry=self._registry, buckets=metric.buckets)
            for name, metric in _all(Kind.HISTOGRAM)
        }
        self._counting: dict[_Series, Counter] = {}
        self._observing: dict[_Series, Histogram] = {}
        self.gauge("seawall_build_info", lambda: 1, version=version)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        series = (name, *labels.items())
        if series not in self._counting:
            self._counting[series] = _child(self._counters, name, labels)
        self._counting[series].inc(amount)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        series = (name, *labels.items())
        if series not in self._observing:
            self._observing[series] = _child(self._histograms, name, labels)
        self._observing[series].observe(seconds)

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """A value that is asked for with each scrape, from a thread; a second reader of a series takes the place of the first."""
        _child(self._gauges, name, labels).set_function(read)

    def render(self) -> tuple[bytes, str]:
        """The page that Prometheus reads, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


def _all(kind: Kind) -> list[tuple[str, Metric]]:
    return [(name, metric) for name, metric in CATALOGUE.items() if metric.kind is kind]


def _definition(metric: Metric) -> tuple[str, str, tuple[str, ...]]:
    return metric.name, metric.sentence, metric.labels


def _child(metrics: Mapping[str, M], name: str, labels: Mapping[str, str]) -> M:
    """The one series of a metric; the library's own look-up costs more than the count, so callers keep it."""
    if name not in metrics or labels.keys() != set(CATALOGUE[name].labels):
        raise UnknownMetric(f"{name} with {', '.join(labels) or 'no labels'}")
    return metrics[name].labels(**labels) if labels else metrics[name]
