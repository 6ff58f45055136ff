"""Whoever looks on: how far things have come, how much and how long."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """How far an operation has come."""

    RECEIVE = "receive"
    STORED = "stored"
    COMMIT = "commit"
    COMMITTED = "committed"
    CONDEMNED = "condemned"
    ERASED = "erased"


class Phases(Protocol):
    """The one seam that metrics, logs and crash tests hang on."""

    def reached(self, operation: str, phase: Phase) -> None:
        """An operation of this name has come this far; what comes next has not begun."""


class Meter(Protocol):
    """Counts and measures; never labelled by key or anything else without bound."""

    def count(self, name: str, amount: float = 1, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """A value that is asked for when somebody looks."""
