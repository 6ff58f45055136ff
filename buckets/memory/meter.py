"""The meter of the tests: it remembers what it was told."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TypeAlias

_Series: TypeAlias = tuple[str, frozenset[tuple[str, str]]]


class MemoryMeter:
    """Every count and measurement, by name and labels. A question names the labels that matter and sums over the others."""

    def __init__(self) -> None:
        self._counts: defaultdict[_Series, float] = defaultdict(float)
        self._seconds: defaultdict[_Series, list[float]] = defaultdict(list)
        self._gauges: dict[_Series, Callable[[], float]] = {}

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        self._counts[_series(name, labels)] += amount

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        self._seconds[_series(name, labels)].append(seconds)

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        self._gauges[_series(name, labels)] = read

    def counted(self, name: str, **labels: str) -> float:
        return sum(amount for series, amount in self._counts.items() if _covers(series, name, labels))

    def observed(self, name: str, **labels: str) -> list[float]:
        return [each for series, seconds in self._seconds.items() if _covers(series, name, labels) for each in seconds]

    def gauged(self, name: str, **labels: str) -> float:
        return sum(read() for series, read in self._gauges.items() if _covers(series, name, labels))


def _series(name: str, labels: Mapping[str, str]) -> _Series:
    return name, frozenset(labels.items())


def _covers(series: _Series, name: str, labels: Mapping[str, str]) -> bool:
    return series[0] == name and series[1] >= labels.items()
