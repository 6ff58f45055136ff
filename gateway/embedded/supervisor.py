"""The embedded servers together: one owner of the data directory, who keeps them running."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.embedded.layout import DataDirectory
from gateway.embedded.lock import FileLock
from gateway.embedded.problems import StartupProblem
from gateway.embedded.server import EmbeddedServer

_LOG = logging.getLogger(__name__)
_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_STEADY = 30.0


class Supervisor:
    """Starts, watches and stops servers over one data directory. A restart changes no path: clients just connect again."""

    def __init__(self, directory: DataDirectory, servers: Sequence[EmbeddedServer]) -> None:
        self._directory = directory
        self._servers = servers
        self._owner_file = _owner_file(directory)
        self._lock = FileLock(self._owner_file)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start all of the servers side by side and wait for each; all or none. From the main thread only."""
        self._directory.make()
        self._own()
        with ExitStack() as undo:
            undo.callback(self.stop)
            for server in self._servers:
                server.begin()
            for server in self._servers:
                server.await_ready()
            undo.pop_all()

    def stop(self) -> None:
        """Stop all of the servers side by side and give the data directory up. It blocks, in any thread; cancel `watch` first."""
        for server in self._servers:
            server.ask_to_stop()
        for server in self._servers:
            server.stop()
        if self._lock.held:
            self._directory.remove_short_run()
        self._lock.release()

    async def watch(self, on_restart: Callable[[str], None] = lambda _: None) -> None:
        """Start again whatever dies, until cancelled; `on_restart` gets the server's name when it serves again."""
        async with asyncio.TaskGroup() as group:
            for server in self._servers:
                group.create_task(_keep(server, on_restart))

    def _own(self) -> None:
        if not self._lock.acquire():
            owner = self._owner_file.read_text("ascii")
            raise StartupProblem(f"{self._directory.root} is in use by {owner}: stop it, or choose another data directory.")
        self._owner_file.write_text(f"process {os.getpid()}", "ascii")


def has_owner(directory: DataDirectory) -> bool:
    """Whether somebody's servers run over it."""
    lock = FileLock(_owner_file(directory))
    is_free = lock.acquire()
    lock.release()
    return not is_free


def _owner_file(directory: DataDirectory) -> Path:
    return directory.locks / "owner"


async def _keep(server: EmbeddedServer, on_restart: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    pause = _SHORTEST_PAUSE
    while True:
        since = loop.time()
        status = await server.ended()
        pause = _SHORTEST_PAUSE if loop.time() - since > _STEADY else min(2 * pause, _LONGEST_PAUSE)
        if status is not None:
            _LOG.warning("%s ended with status %s: starting it again", server.name, status)
        await asyncio.sleep(pause)
        if await _revive(server):
            on_restart(server.name)


async def _revive(server: EmbeddedServer) -> bool:
    try:
        await server.restart()
    except StartupProblem as problem:
        _LOG.error("%s", problem)
        await asyncio.to_thread(server.stop)
        return False
    _LOG.info("%s serves again", server.name)
    return True
