"""Time and chance, passed in."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The time, passed in."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""


class Ids(Protocol):
    """Fresh identities and secrets, passed in."""

    def uuid7(self) -> UUID:
        """An id that sorts by when it was made and that no other process makes."""

    def secret(self, size: int) -> bytes:
        """Unguessable bytes."""
