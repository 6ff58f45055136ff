"""The store on a directory: for trying out, for small installations, and as the plainest reading of the contract."""

import errno
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from buckets.errors import IncompleteBody, ServerFault, StorageError, StoreFull, StoreUnavailable
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from seaweedfs.files import (
    FAN_OUT,
    PIECE,
    IncomingFile,
    OutgoingFile,
    blobs_in,
    locator_of,
    path_of,
    prepare,
    probe,
    remove,
    size_of,
)
from seaweedfs.threads import Threads

T = TypeVar("T")
_MANY = 64  # chunks: a body that comes byte by byte must not cost an object for each
_log = logging.getLogger(__name__)


class DiskBlobStore:
    """Blobs as files under `root`, synced before they are acknowledged. `prepare` comes first."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._threads = Threads("disk")

    async def prepare(self) -> None:
        """Make the directories, and remove what a crash left half-written."""
        await self._call(prepare, self._root)

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        incoming = IncomingFile(self._root, blob)
        try:
            received = await self._receive(incoming, body, size)
        except BaseException:
            await self._discard(incoming, blob)
            raise
        return Stored(locator=locator_of(blob), size=received)

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        outgoing = OutgoingFile(path_of(self._root, locator), span)
        try:
            yield self._pieces(outgoing, await self._call(outgoing.begin))
        finally:
            if outgoing.is_open:
                await self._call(outgoing.close)

    async def stat(self, locator: str) -> int:
        return await self._call(size_of, path_of(self._root, locator))

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        by_directory = defaultdict(list)
        for blob, locator in blobs:
            path = path_of(self._root, locator or locator_of(blob))
            by_directory[path.parent].append(path)
        for directory, paths in by_directory.items():
            await self._call(remove, directory, paths)

    async def walk(self) -> AsyncIterator[Stored]:
        for name in FAN_OUT:
            for stored in await self._call(blobs_in, self._root / name):
                yield stored

    async def check(self) -> None:
        await self._call(probe, self._root)

    async def _receive(self, incoming: IncomingFile, body: AsyncIterator[bytes], size: int | None) -> int:
        """Write the body piece by piece, small chunks gathered, and publish it with the last."""
        received, waiting, chunks = 0, 0, list[bytes]()
        async for chunk in body:
            received += len(chunk)
            if size is not None and received > size:
                raise IncompleteBody(size, received)
            waiting += len(chunk)
            chunks.append(chunk)
            if len(chunks) == _MANY:
                chunks = [b"".join(chunks)]
            if waiting >= PIECE:
                await self._call(incoming.append, chunks)
                waiting, chunks = 0, []
        if size is not None and received != size:
            raise IncompleteBody(size, received)
        await self._call(incoming.publish, chunks)
        return received

    async def _discard(self, incoming: IncomingFile, blob: BlobId) -> None:
        try:
            await self._call(incoming.discard)
        except StorageError as fault:  # the reason for discarding matters more
            _log.warning("half of blob %s is left until the next start: %s", blob, fault)

    async def _pieces(self, outgoing: OutgoingFile, piece: bytes) -> AsyncIterator[bytes]:
        while piece:
            yield piece
            piece = await self._call(outgoing.read) if outgoing.is_open else b""

    async def _call(self, work: Callable[..., T], *args: object) -> T:
        """Run a blocking call on a thread; the one place where the faults of a disk become ours."""
        try:
            return await self._threads.call(work, *args)
        except OSError as error:
            raise _fault(error) from error


def _fault(error: OSError) -> ServerFault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull()
    if error.errno == errno.EEXIST:
        return StoreUnavailable("the blob's name is in use")
    return StoreUnavailable(error.strerror or "the disk failed")
