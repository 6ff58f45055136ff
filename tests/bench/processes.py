"""What processes have used, as the kernel counts it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.resident import Resident

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Family:
    """A process with all that it has started."""

    root: int

    def cpu(self) -> float:
        """Seconds of CPU, those of children that have ended included."""
        stats = _stats()
        return sum(sum(map(int, stats[pid][11:15])) for pid in _members(self.root, stats)) / _TICKS

    def residents(self) -> Sequence[Resident]:
        """The memory of each."""
        return [Resident(pid) for pid in _members(self.root, _stats())]


def machine_cpu() -> float:
    """Seconds of CPU that anybody has used on this machine, and that others have taken from it."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()
    user, nice, system, _idle, _waiting, irq, softirq, stolen = map(int, fields[1:9])
    return (user + nice + system + irq + softirq + stolen) / _TICKS


def _members(root: int, stats: Mapping[int, Sequence[str]]) -> Sequence[int]:
    members = [root]
    for member in members:
        members += [pid for pid, fields in stats.items() if int(fields[1]) == member]
    return members


def _stats() -> Mapping[int, Sequence[str]]:
    """The fields behind the name, which may hold anything: state, parent, …; times in ticks from the twelfth on."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
    return found
