"""The blocking half of the disk store: where blobs lie, one on its way in, one on its way out. Called on threads only."""

import fcntl
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from io import BufferedReader, FileIO
from pathlib import Path

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Span, Stored
from buckets.names import BlobId

PIECE = 256 << 10
FAN_OUT = tuple(f"{number:02x}" for number in range(256))
_SYNC_EVERY = 32 << 20
_INCOMING = "incoming"
_LOCATOR = re.compile(r"([0-9a-f]{2})/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{10}\1")


def locator_of(blob: BlobId) -> str:
    """`ab/<uuid>`, fanned out by the end of the name: names made together begin alike."""
    return f"{blob.hex[-2:]}/{blob}"


def path_of(root: Path, locator: str) -> Path:
    """Where a blob lies. Text in any other form is the locator of no blob of ours, and never leaves the root."""
    if not _LOCATOR.fullmatch(locator):
        raise BlobMissing(locator)
    return root / locator


def prepare(root: Path) -> None:
    """Make the directories, and remove what a crash left half-written."""
    for directory in (root, root / _INCOMING, *(root / name for name in FAN_OUT)):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_directory(root)
    sync_directory(root.parent)
    for leftover in (root / _INCOMING).iterdir():
        _remove_unless_held(leftover)


def probe(root: Path) -> None:
    """Write a file that never gets a name."""
    with tempfile.TemporaryFile(dir=root / _INCOMING) as file:
        file.write(b"seawall")
        file.flush()
        os.fsync(file.fileno())


def size_of(path: Path) -> int:
    with _existing(path) as file:
        return os.fstat(file.fileno()).st_size


def blobs_in(directory: Path) -> list[Stored]:
    """The blobs of one directory, in order; one that is deleted meanwhile may be left out."""
    found = []
    for path in sorted(directory.iterdir()):
        locator = f"{directory.name}/{path.name}"
        if _LOCATOR.fullmatch(locator):
            with suppress(FileNotFoundError):
                found.append(Stored(locator=locator, size=path.stat().st_size))
    return found


def remove(directory: Path, paths: Sequence[Path]) -> None:
    """Remove files of one directory for good: a power cut does not bring them back."""
    for path in paths:
        path.unlink(missing_ok=True)
    sync_directory(directory)


def sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class IncomingFile:
    """A blob on its way in: nobody sees it until it is published whole, and discarded it was never there."""

    def __init__(self, root: Path, blob: BlobId) -> None:
        self._path = root / _INCOMING / str(blob)
        self._final = root / locator_of(blob)
        self._file: FileIO | None = None
        self._unsynced = 0
        self._published = False

    def append(self, chunks: Sequence[bytes]) -> None:
        file = self._file or self._begin()
        rest = memoryview(b"".join(chunks))
        self._unsynced += len(rest)
        while rest:
            rest = rest[file.write(rest) :]
        if self._unsynced >= _SYNC_EVERY:  # so that the last sync of a large blob is no longer than the others
            os.fdatasync(file)
            self._unsynced = 0

    def publish(self, chunks: Sequence[bytes]) -> None:
        """Append the last of it and give it its name, durably. A name in use raises FileExistsError and stays as it was."""
        self.append(chunks)
        file = self._file or self._begin()
        os.fsync(file)
        os.link(self._path, self._final)
        self._published = True
        sync_directory(self._final.parent)
        self._path.unlink()
        file.close()

    def discard(self) -> None:
        """Leave nothing, not even what a publish that nobody waited for has named."""
        if self._file is None:  # then the name is in use by another
            return
        try:
            if self._published:
                self._final.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
        finally:
            self._file.close()

    def _begin(self) -> FileIO:
        """Create the file, locked: another process that prepares the same root lets it be."""
        self._file = file = self._path.open("xb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file


class OutgoingFile:
    """A span of a blob on its way out. It closes itself with the last piece, so small ones take one call."""

    def __init__(self, path: Path, span: Span) -> None:
        self._path = path
        self._span = span
        self._left = span.length
        self._file: BufferedReader | None = None

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def begin(self) -> bytes:
        """Open the file and read the first piece; from here on it can be deleted without harm to us."""
        self._file = file = _existing(self._path)
        if os.fstat(file.fileno()).st_size < self._span.end:
            raise BlobCorrupt(self._path.name)
        file.seek(self._span.offset)
        return self.read()

    def read(self) -> bytes:
        """The next piece, nothing after the last."""
        wanted = min(PIECE, self._left)
        piece = self._file.read(wanted) if self._file else b""
        if len(piece) < wanted:
            raise BlobCorrupt(self._path.name)
        self._left -= wanted
        if not self._left:
            self.close()
        return piece

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def _existing(path: Path) -> BufferedReader:
    """Open a blob, and tell a missing blob from a missing disk."""
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        if path.parent.is_dir():
            raise BlobMissing(path.name) from error
        raise


def _remove_unless_held(leftover: Path) -> None:
    with suppress(FileNotFoundError, BlockingIOError), leftover.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        leftover.unlink()
