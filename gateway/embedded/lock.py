"""Locks that the kernel drops when the last process that holds them is gone, however it went."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An advisory lock on a file. A child that inherits the descriptor holds the lock too, and so do its children."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Whether the lock is ours now; it never waits."""
        if self._descriptor is None:
            self._descriptor = self._try_lock()
        return self.held

    def fileno(self) -> int:
        """The descriptor to hand to a child; only while the lock is held."""
        if self._descriptor is None:
            raise RuntimeError(f"{self._path} is not locked")
        return self._descriptor

    def release(self) -> None:
        """Let go of our share: the lock itself stays for as long as a child holds it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try_lock(self) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return None
            raise
        return descriptor
