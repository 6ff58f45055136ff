"""Attempts, counted in this process."""

from dataclasses import dataclass
from datetime import timedelta

from buckets.ports import Clock, Counted

_MOST_NAMES = 100_000


@dataclass(slots=True)
class _Window:
    until: float
    attempts: int = 0


class MemoryAttempts:
    """The `Attempts` port. Of too many names the one that was tried first is forgotten."""

    def __init__(self, clock: Clock, *, most: int = _MOST_NAMES) -> None:
        self._clock = clock
        self._most = most
        self._windows: dict[str, _Window] = {}

    async def count(self, name: str, *, within: timedelta) -> Counted:
        now = self._clock.monotonic()
        window = self._windows.get(name)
        if window is None or window.until <= now:
            window = self._open(name, now + within.total_seconds())
        window.attempts += 1
        return Counted(window.attempts, timedelta(seconds=window.until - now))

    def _open(self, name: str, until: float) -> _Window:
        self._windows.pop(name, None)
        while len(self._windows) >= self._most:
            del self._windows[next(iter(self._windows))]
        window = self._windows[name] = _Window(until)
        return window
