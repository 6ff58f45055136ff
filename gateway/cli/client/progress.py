"""How far transfers have come: bars for somebody who watches, nothing for anybody else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from gateway.cli.client import shown

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar(Protocol):
    """One transfer."""

    def advance(self, count: int) -> None:
        """So many bytes more."""

    def restart(self) -> None:
        """From the first byte."""


class Bars(Protocol):
    """All transfers of a command."""

    def of(self, name: str, total: int | None) -> AbstractContextManager[Bar]:
        """A transfer as long as it lasts; of an unknown size where no total is given."""

    def say(self, line: str) -> None:
        """A line for the reader of the output."""


class Unwatched:
    """Nobody looks."""

    @contextmanager
    def of(self, name: str, total: int | None) -> Iterator[Bar]:
        yield self

    def advance(self, count: int) -> None:
        pass

    def restart(self) -> None:
        pass

    def say(self, line: str) -> None:
        click.echo(line)


@contextmanager
def watched(*, beside_output: bool) -> Iterator[Bars]:
    """Bars on standard error; lines that stand on the same terminal are written above them."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.text import Text

    console = Console(stderr=True)
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())

    def say(line: str) -> None:
        if beside_output:
            console.print(Text(line), soft_wrap=True)
        else:
            click.echo(line)

    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield _Watched(progress, say)


class _Watched:
    def __init__(self, progress: "Progress", say: Callable[[str], None]) -> None:
        self._progress = progress
        self.say = say

    @contextmanager
    def of(self, name: str, total: int | None) -> Iterator[Bar]:
        task = self._progress.add_task(shown.name(name), total=total)
        try:
            yield _Bar(self._progress, task)
        finally:
            self._progress.remove_task(task)


class _Bar:
    def __init__(self, progress: "Progress", task: "TaskID") -> None:
        self._progress = progress
        self._task = task

    def advance(self, count: int) -> None:
        self._progress.advance(self._task, count)

    def restart(self) -> None:
        self._progress.reset(self._task)
