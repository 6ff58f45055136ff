"""What Prometheus reads: the figures of this process, or of all those that serve together with it."""

import json
from collections.abc import Callable, Collection, Iterator
from threading import Lock
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.observe.catalogue import Across
from gateway.observe.figure_files import FigureFiles


class Page(Protocol):
    """Where figures are kept and shown."""

    registry: CollectorRegistry | None

    def follow(self, gauge: Gauge, read: Callable[[], float]) -> None:
        """From now on a gauge shows what is read."""

    def known(self, label: str) -> Collection[str]:
        """The values that a label has taken already, in a life before this one."""

    def sample(self) -> None:
        """Write down what others cannot ask this process for."""

    def render(self) -> bytes: ...


class OwnPage:
    """Of one process. Gauges are asked when somebody looks."""

    def __init__(self) -> None:
        values.ValueClass = values.MutexValue  # whatever the environment says
        self._kept = CollectorRegistry()
        self.registry: CollectorRegistry | None = self._kept
        ProcessCollector(registry=self._kept)

    def follow(self, gauge: Gauge, read: Callable[[], float]) -> None:
        gauge.set_function(read)

    def known(self, label: str) -> Collection[str]:
        return ()

    def sample(self) -> None:
        """Nobody else is asked."""

    def render(self) -> bytes:
        return generate_latest(self._kept)


class SharedPage:
    """Of all processes that write into one directory. It changes how the library counts in the whole of this process.

    Counts and gauges add up, whoever is asked. Gauges are as old as the last sample.
    """

    registry: CollectorRegistry | None = None

    def __init__(self, files: FigureFiles) -> None:
        self._files = files
        self._followed: dict[Gauge, Callable[[], float]] = {}
        values.ValueClass = values.MultiProcessValue(lambda: files.place)  # type: ignore[no-untyped-call]
        self._collected = CollectorRegistry()
        MultiProcessCollector(self._collected, path=str(files.directory))  # type: ignore[no-untyped-call]
        self._process = _SummedProcess()
        self._sampling = Lock()  # a scrape samples in a thread of its own, at any time

    def follow(self, gauge: Gauge, read: Callable[[], float]) -> None:
        self._followed[gauge] = read

    def known(self, label: str) -> Collection[str]:
        return {labels[label] for labels in self._labels() if label in labels}

    def sample(self) -> None:
        with self._sampling:
            for gauge, read in tuple(self._followed.items()):
                gauge.set(read())
            self._process.sample()

    def render(self) -> bytes:
        self.sample()
        return generate_latest(self._collected)

    def _labels(self) -> Iterator[dict[str, str]]:
        for path in self._files.lasting():
            for key, *_ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
                yield json.loads(key)[2]


class _SummedProcess:
    """What the kernel knows of this process, under the names that the library gives it; their sums mean something."""

    _SUMMED = ("process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds", "process_max_fds")

    def __init__(self) -> None:
        self._kernel = ProcessCollector(registry=None)
        self._gauges = {
            family.name: Gauge(family.name, family.documentation, registry=None, multiprocess_mode=Across.SUM.value)
            for family in self._kernel.collect()
            if family.name in self._SUMMED
        }
        self._cpu = Counter("process_cpu_seconds", "Total user and system CPU time spent in seconds.", registry=None)
        self._spent = 0.0

    def sample(self) -> None:
        for family in self._kernel.collect():
            value = family.samples[0].value
            if family.name in self._gauges:
                self._gauges[family.name].set(value)
            elif family.name == "process_cpu_seconds":
                self._cpu.inc(max(0.0, value - self._spent))  # it goes on where the process before this one has ended
                self._spent = value
