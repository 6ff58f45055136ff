"""What is wrong with the settings, all of it at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from buckets.errors import InvalidScalar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, and the settings it is about. It never holds a value."""

    sentence: str
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.sentence


class Unusable(Exception):
    """A value or a file that cannot be used."""


class BrokenSettings(Exception):
    """The settings do not allow a start."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


@dataclass(slots=True)
class Problems:
    """Collects problems, so that one of them does not hide the others."""

    found: list[Problem] = field(default_factory=list)

    @contextmanager
    def collected(self, *about: str, source: str = "") -> Iterator[None]:
        """Turn what makes a value unusable into a problem, and go on behind the block."""
        try:
            yield
        except (InvalidScalar, Unusable) as error:
            self.found.append(Problem(f"{error} ({source})" if source else str(error), about))
