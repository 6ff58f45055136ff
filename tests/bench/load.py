"""What is asked of a server, again and again, and what came of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, Self

PATTERN = Random(1).randbytes(1 << 18)
"""Every body is the beginning of this, repeated; nothing that a store could press together."""


class WrongAnswer(Exception):
    """A server answered something else than what is counted here; the row has no figure then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests that are written already, and the answers that count.

    They are sent over and over for so many seconds, or each of them once. `size` is the length that the answer names, where it is
    known, and `silent` says that no body follows it.
    """

    host: str
    port: int
    heads: Sequence[bytes]
    sent: int = 0
    statuses: Collection[int] = (200,)
    size: int | None = None
    silent: bool = False
    connections: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Complete and correct answers. `busy` is the CPU time of the drivers, as a part of what they could have had."""

    answers: int
    seconds: float
    busy: float
    latencies: Sequence[float] = field(default=(), repr=False)

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    @classmethod
    def together(cls, parts: Iterable[Self]) -> Self:
        """Of drivers that began at the same time."""
        found = list(parts)
        return cls(
            answers=sum(part.answers for part in found),
            seconds=max(part.seconds for part in found),
            busy=max(part.busy for part in found),
            latencies=[each for part in found for each in part.latencies],
        )


class Driver(Protocol):
    """Whoever drives a load."""

    def drive(self, load: Load) -> Outcome: ...
