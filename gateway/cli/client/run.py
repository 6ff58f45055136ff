"""Running a command of the client: its connection, its output, and how signals end it."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TypeAlias

from gateway.cli.client.errors import Exit
from gateway.cli.client.link import Link
from gateway.cli.client.options import Remote
from gateway.cli.client.output import Output
from gateway.cli.client.progress import Bars, Unwatched, watched


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    link: Link
    output: Output

    @property
    def bars(self) -> Bars:
        return self.output.bars


Work: TypeAlias = Callable[[Session], Awaitable[None]]


def run(remote: Remote, work: Work, *, transfers: bool = False) -> None:
    """Do it. Whoever interrupts it waits until what was half done is cleared away."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that the terminal's encoding does not have
    try:
        asyncio.run(_run(remote, work, transfers))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except asyncio.CancelledError:
        sys.exit(Exit.TERMINATED)


async def _run(remote: Remote, work: Work, transfers: bool) -> None:
    _end_politely()
    with _bars(remote, transfers) as bars:
        async with Link.to(remote.endpoint) as link:
            await work(Session(link, Output(bars, remote.as_json)))


def _end_politely() -> None:
    """SIGTERM ends a command as Ctrl-C does."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _bars(remote: Remote, transfers: bool) -> AbstractContextManager[Bars]:
    if transfers and sys.stderr.isatty() and not remote.as_json:
        return watched(beside_output=sys.stdout.isatty())
    return nullcontext(Unwatched())
