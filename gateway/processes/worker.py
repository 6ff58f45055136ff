"""One worker as its parent sees it."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from signal import Signals

from gateway.observe.figure_files import VARIABLE
from gateway.processes.place import Place

READY = b"ready\n"
"""What a worker writes to its standard output when it serves."""


class Worker:
    """The process at a place, and the one that comes after it has died."""

    def __init__(self, place: Place, command: Sequence[str]) -> None:
        self.place = place
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """From the main thread only: it asks to end with the thread that started it.

        It is in a session of its own, for whoever interrupts us from a terminal would interrupt it as well, and we do so too.
        """
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            self.place.handed_over(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[wire.fileno() for wire in self.place.sockets],
            start_new_session=True,
            env={**os.environ, VARIABLE: str(self.place.figures.directory)},
        )

    async def serves(self) -> bool:
        """Whether it came to that: False when it ended before."""
        if self._process is None or self._process.stdout is None:
            return False
        return await self._process.stdout.readline() == READY

    async def ended(self) -> int:
        """Wait for its end; the status, negative for a signal."""
        return await self._process.wait() if self._process else 0

    def tell(self, number: Signals) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
