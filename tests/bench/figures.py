"""What is made of many measurements."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of what the rounds say: in a round both had the same machine, and from round to round it changes."""
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of the values that this part of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * part), 1) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What must be reached: at least, or at most where less is better."""

    text: str
    least: float = 0.0
    most: float = math.inf

    def verdict(self, value: float) -> str:
        return "yes" if self.least <= value <= self.most else "no"
