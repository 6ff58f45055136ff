"""The memory of a process, as the kernel counts it."""

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 30.0
_BETWEEN = 0.1  # ten ticks of the kernel's clock: long enough for work to show
_PEAK_BEGINS = "5"


@dataclass(frozen=True)
class Resident:
    """What a process has in memory, in bytes."""

    pid: int

    def now(self) -> int:
        return self._status("VmRSS")

    def peak(self) -> int:
        return self._status("VmHWM")

    def mark(self) -> int:
        """From here on the peak counts anew; where the kernel does not let us say so, from the highest so far."""
        with suppress(PermissionError):
            self._file("clear_refs").write_text(_PEAK_BEGINS)
        return self.peak()

    def settled(self) -> int:
        """Wait until the process rests: two looks at it see the same memory and no work in between."""
        deadline = time.monotonic() + _PATIENCE
        before, seen = (-1, -1), self._work()
        while seen != before:
            assert time.monotonic() < deadline, "the process never rests"
            time.sleep(_BETWEEN)
            before, seen = seen, self._work()
        return seen[0]

    def _work(self) -> tuple[int, int]:
        user, system = self._file("stat").read_text("ascii", "replace").rpartition(")")[2].split()[11:13]
        return self.now(), int(user) + int(system)

    def _status(self, name: str) -> int:
        found = re.search(rf"^{name}:\s+(\d+) kB$", self._file("status").read_text("ascii", "replace"), re.MULTILINE)
        assert found, f"process {self.pid} has no {name}"
        return int(found[1]) << 10

    def _file(self, name: str) -> Path:
        return Path("/proc") / str(self.pid) / name
