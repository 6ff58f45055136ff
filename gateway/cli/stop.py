"""Ctrl-C and SIGTERM as a request to end in good order; the second one ends at once."""

import asyncio
import signal
from dataclasses import dataclass


@dataclass(slots=True)
class Stop:
    """Whether somebody has asked, and by which signal."""

    signal: int = 0

    def __call__(self) -> bool:
        return self.signal != 0

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._asked, number)

    @property
    def exit_code(self) -> int:
        """As a shell counts it."""
        return 128 + self.signal if self.signal else 0

    def _asked(self, number: int) -> None:
        self.signal = number
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(each)
