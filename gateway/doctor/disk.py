"""A directory that is written to: whether it has room, takes a file and keeps it."""

import asyncio
import errno
import os
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gateway.doctor.finding import Finding, failed, warned, well

T = TypeVar("T")

_LITTLE, _TOO_LITTLE = 1 << 30, 64 << 20
_FEW, _TOO_FEW = 10_000, 500
_REMEDIES = {
    errno.ENOSPC: "Make room on that disk, or enlarge it.",
    errno.EDQUOT: "Raise the quota of whoever runs Seawall.",
    errno.EROFS: "Mount it writable, and look into the kernel's log for why it is not.",
    errno.EACCES: "Give it to whoever runs Seawall (chown).",
    errno.ENOENT: "Run `seawall init`, which makes it, on the disk that it is meant for.",
}
_OTHERWISE = "Look into the kernel's log: the disk may be failing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left on a file system. One that counts no inodes has none in all."""

    free: int
    inodes_free: int
    inodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskCheck:
    """One directory. Nothing gets a name in it."""

    name: str
    directory: Path

    async def ask(self) -> AsyncGenerator[Finding, None]:
        try:
            found = await _on_a_thread(lambda: room(self.directory))
            await _on_a_thread(lambda: write(self.directory))
        except OSError as error:
            remedy = _REMEDIES.get(error.errno or 0, _OTHERWISE)
            yield failed(self.name, f"{self.directory}: {error.strerror or 'it failed'}", remedy)
            return
        yield roomy(self.name, self.directory, found)


def room(directory: Path) -> Room:
    found = os.statvfs(directory)
    return Room(free=found.f_bavail * found.f_frsize, inodes_free=found.f_favail, inodes=found.f_files)


def write(directory: Path) -> None:
    """A file without a name, on the disk for good before it goes."""
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"seawall")
        file.flush()
        os.fsync(file.fileno())


def roomy(name: str, directory: Path, found: Room) -> Finding:
    inodes = f", {found.inodes_free} inodes free" if found.inodes else ""
    told = f"{directory}: writable, {found.free >> 20} MiB{inodes}"
    if found.free < _TOO_LITTLE or (found.inodes and found.inodes_free < _TOO_FEW):
        return failed(name, told, _REMEDIES[errno.ENOSPC])
    if found.free < _LITTLE or (found.inodes and found.inodes_free < _FEW):
        return warned(name, told, _REMEDIES[errno.ENOSPC])
    return well(name, told)


async def _on_a_thread(work: Callable[[], T]) -> T:
    """A disk that hangs cannot be interrupted: a thread of a pool would keep the whole program from ending."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except OSError as error:
            _tell(loop, outcome, outcome.set_exception, error)
        else:
            _tell(loop, outcome, outcome.set_result, result)

    threading.Thread(target=run, daemon=True).start()
    return await outcome


def _tell(loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]", settle: Callable[..., None], value: object) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(lambda: None if outcome.done() else settle(value))
