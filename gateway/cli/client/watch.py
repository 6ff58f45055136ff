"""The time limit of a conversation in which bytes move."""

import asyncio
from contextlib import suppress

PATIENCE = 60.0
"""Seconds in which something must come from the service, or be taken by it."""


class Watch:
    """Ends what nothing moves in. What our own side takes, a slow pipe or disk, is not counted."""

    def __init__(self, limit: asyncio.Timeout, patience: float) -> None:
        self._limit = limit
        self._patience = patience

    def moved(self) -> None:
        """It is the service's turn."""
        self._set(asyncio.get_running_loop().time() + self._patience)

    def rest(self) -> None:
        """It is ours."""
        self._set(None)

    def _set(self, when: float | None) -> None:
        with suppress(RuntimeError):  # it is over already
            self._limit.reschedule(when)
