"""Chance that is always the same: whoever throws for the same words gets the same numbers, on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Dice:
    """Throws for some words, one after the other."""

    words: str
    _thrown: int = field(default=0, init=False)

    @classmethod
    def of(cls, *words: str | int) -> "Dice":
        return cls("/".join(map(str, words)))

    def below(self, limit: int) -> int:
        self._thrown += 1
        return int.from_bytes(sha256(f"{self.words}#{self._thrown}".encode()).digest()[:8], "big") % limit

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]
