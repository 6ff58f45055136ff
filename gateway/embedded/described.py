"""A server that another room describes: what to run, when it serves, and how it ends."""

from collections.abc import Sequence
from signal import Signals
from typing import Protocol

from gateway.embedded.identity import ourselves
from gateway.embedded.layout import DataDirectory
from gateway.embedded.server import EmbeddedServer


class Description(Protocol):
    """What is asked of a server before it is started, and while it runs."""

    @property
    def name(self) -> str: ...

    @property
    def stop_signal(self) -> Signals: ...

    @property
    def stop_timeout(self) -> float: ...

    def prepare(self) -> None:
        """Make the files that it needs."""

    def tidy(self) -> None:
        """Remove what an earlier run has left outside of them."""

    def command(self) -> Sequence[str]: ...

    def answers(self) -> bool: ...


class DescribedServer(EmbeddedServer):
    """Runs what is described, as whoever runs us."""

    def __init__(self, directory: DataDirectory, description: Description) -> None:
        self.name = description.name  # type: ignore[misc]  # known per server here, not per class
        self.stop_signal = description.stop_signal  # type: ignore[misc]  # likewise
        self.stop_timeout = description.stop_timeout
        self._description = description
        super().__init__(directory, ourselves())

    def _prepare(self) -> None:
        self._description.prepare()
        self._description.tidy()

    def _command(self) -> Sequence[str]:
        return self._description.command()

    def _answers(self) -> bool:
        return self._description.answers()
