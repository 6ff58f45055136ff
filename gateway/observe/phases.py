"""How long each phase of an operation took."""

from contextvars import ContextVar

from buckets.ports import Clock, Meter, Phase

_since: ContextVar[tuple[Phase, float] | None] = ContextVar("_since", default=None)


class MeteredPhases:
    """The `Phases` port. A request is a task with a context of its own, and so its phases follow each other there."""

    def __init__(self, meter: Meter, clock: Clock) -> None:
        self._meter = meter
        self._clock = clock

    def reached(self, operation: str, phase: Phase) -> None:
        now, before = self._clock.monotonic(), _since.get()
        _since.set((phase, now))
        if before:
            self._meter.observe("seawall_phase_seconds", now - before[1], phase=f"{operation}.{before[0]}")
