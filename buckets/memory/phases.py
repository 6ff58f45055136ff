"""Phases, kept for looking at."""

from dataclasses import dataclass, field

from buckets.ports import Phase


@dataclass(slots=True)
class MemoryPhases:
    """The `Phases` port."""

    seen: list[tuple[str, Phase]] = field(default_factory=list)

    def reached(self, operation: str, phase: Phase) -> None:
        self.seen.append((operation, phase))
