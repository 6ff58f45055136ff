"""Secrets that outlive the process: one per file, for the owner's eyes only."""

import os
from collections.abc import Callable
from pathlib import Path


def load_or_create(path: Path, *, entropy: Callable[[int], bytes], size: int = 24) -> str:
    """The secret kept at the path, in hexadecimal. A fresh one is on disk, whole, before it is returned."""
    if not path.exists():
        write_private(path, entropy(size).hex())
    return path.read_text("ascii")


def write_private(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, and that nobody else could read at any moment."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames in the directory survive a power loss."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
