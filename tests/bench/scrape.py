"""What the gateway measures of itself: the difference between two looks at its metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

_REQUESTS = "seawall_request_seconds"
_STEPS = {"seawall_phase_seconds": "phase", "seawall_catalog_query_seconds": "query", "seawall_store_seconds": "store"}
Series = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a request: how often it was taken, and how long it took, both for one request."""

    name: str
    calls: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Scrape:
    """Counts and sums of the histograms, by metric and label."""

    counts: Mapping[Series, float]
    sums: Mapping[Series, float]

    @classmethod
    def of(cls, page: str) -> Self:
        counts: dict[Series, float] = {}
        sums: dict[Series, float] = {}
        for family in text_string_to_metric_families(page):
            if family.name in (_REQUESTS, *_STEPS):
                for sample in family.samples:
                    series = family.name, " ".join(value for name, value in sorted(sample.labels.items()) if name != "le")
                    if sample.name.endswith("_count"):
                        counts[series] = counts.get(series, 0) + sample.value
                    elif sample.name.endswith("_sum"):
                        sums[series] = sums.get(series, 0) + sample.value
        return cls(counts, sums)

    @classmethod
    def at(cls, operations: str) -> Self:
        with urlopen(f"{operations}/metrics", timeout=10) as answer:
            return cls.of(answer.read().decode())

    def since(self, before: "Scrape") -> Sequence[Step]:
        """The request itself and its steps; what did not happen is not there."""
        counts = {series: count - before.counts.get(series, 0) for series, count in self.counts.items()}
        requests = sum(count for (metric, _), count in counts.items() if metric == _REQUESTS)
        return [
            Step(
                name=f"{_STEPS.get(series[0], 'request')} {series[1]}",
                calls=counts[series] / requests,
                seconds=(self.sums[series] - before.sums.get(series, 0)) / requests,
            )
            for series in sorted(counts, key=lambda series: [*([_REQUESTS, *_STEPS].index(series[0]),), series[1]])
            if counts[series] > 0
        ]
