"""The life of one embedded server, whatever its kind."""

import asyncio
import logging
import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from signal import Signals
from typing import ClassVar

from gateway.embedded.identity import Identity
from gateway.embedded.launch import launch
from gateway.embedded.layout import DataDirectory
from gateway.embedded.lock import FileLock
from gateway.embedded.problems import StartupProblem
from gateway.embedded.server_log import ServerLog
from gateway.embedded.waiting import until, wait_until

_LOG = logging.getLogger(__name__)


class EmbeddedServer(ABC):
    """A server process over files in the data directory: prepared once, spawned, ready, stopped; spawned again when it dies.

    Its processes inherit a lock, which is free again only when the last of them is gone: see `vacant`.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[Signals]
    start_timeout = 60.0
    stop_timeout = 30.0

    def __init__(self, directory: DataDirectory, identity: Identity) -> None:
        self.directory = directory
        self.identity = identity
        self._lock = FileLock(directory.locks / self.name)
        self._log = ServerLog(directory.logs / f"{self.name}.log")
        self._child: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _prepare(self) -> None:
        """Make the files that the server needs; called with the lock held, before the first spawn."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """The program and its arguments."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the running server accepts clients."""

    @property
    def pid(self) -> int | None:
        """The server's process id, None when it was not spawned or was stopped."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start and wait until clients are served. From the main thread only."""
        try:
            self.begin()
            self.await_ready()
        except BaseException:
            self.stop()
            raise

    def begin(self) -> None:
        """Start without waiting until clients are served. From the main thread only."""
        self.directory.make()
        with self._translating():
            wait_until(self.vacant, timeout=self.stop_timeout, otherwise=self._still_there())
            self._prepare()
            self.spawn()

    def await_ready(self) -> None:
        """Block until clients are served."""
        wait_until(self.is_ready, timeout=self.start_timeout, otherwise=self._too_slow())

    async def restart(self) -> None:
        """Spawn again after a death, on a loop in the main thread, and wait until clients are served."""
        with self._translating():
            await until(self._vacant, timeout=self.stop_timeout, otherwise=self._still_there())
            self.spawn()
            await until(partial(asyncio.to_thread, self.is_ready), timeout=self.start_timeout, otherwise=self._too_slow())

    def vacant(self) -> bool:
        """Whether no process of an earlier run is left; from then on nobody else can start one."""
        return self._lock.acquire()

    def spawn(self) -> None:
        """Start the process and hand the lock to it."""
        self._child = self._launch(self._command())
        self._lock.release()

    def is_ready(self) -> bool:
        """Whether clients are served; it may block for a moment. A StartupProblem when the process is gone."""
        child = self._child
        if child is None or child.poll() is not None:
            raise StartupProblem(f"{self.name} did not start: {self._log.last_word()} ({self._advice()})")
        return self._answers()

    async def ended(self) -> int | None:
        """Wait for the end of the process; its exit status, negative for a signal."""
        if self._child is None:
            return None
        if self._child.poll() is None:
            await _gone(self._child.pid)
        return self._child.wait()

    def ask_to_stop(self) -> None:
        """Send the signal that ends the server in good order."""
        if (child := self._child) is not None:
            child.send_signal(self.stop_signal)

    def stop(self) -> None:
        """End the server in good order, or by force when it takes too long. Stopping twice is no error."""
        self.ask_to_stop()
        if (child := self._child) is not None:
            self._await_end(child)
        self._child = None
        self._lock.release()

    def _await_end(self, child: subprocess.Popen[bytes]) -> None:
        try:
            child.wait(self.stop_timeout)
        except subprocess.TimeoutExpired:
            _LOG.warning("%s did not stop within %g s: killing it", self.name, self.stop_timeout)
            child.kill()
            child.wait()

    def _launch(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log.open() as output:
            return launch(
                command, identity=self.identity, death_signal=self.stop_signal, output=output, inherit=self._lock.fileno()
            )

    async def _vacant(self) -> bool:
        return self.vacant()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """A full disk, a missing permission: the newcomer's to mend."""
        try:
            yield
        except OSError as error:
            raise StartupProblem(f"{self.name} cannot work in {self.directory.root}: {error}") from error

    def _advice(self) -> str:
        return f"see {self._log.path}"

    def _too_slow(self) -> str:
        return f"{self.name} did not answer within {self.start_timeout:g} s: see {self._log.path}"

    def _still_there(self) -> str:
        return f"An earlier {self.name} over {self.directory.root} has not ended yet: try again in a moment."


async def _gone(pid: int) -> None:
    """Wait for the end of a child that was not reaped yet."""
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
