"""What is sent: a file, or a stream whose end nobody knows. It is read piece by piece and hashed as it goes."""

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from gateway.cli.client.apart import apart
from gateway.cli.client.errors import Failure, local
from gateway.cli.client.link import PIECE
from gateway.cli.client.progress import Bar
from gateway.cli.client.watch import Watch

STDIN = "-"


class Source:
    """A file by its path, or standard input. Only a regular file can be read twice, and only what was not begun can be begun."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.repeatable = True

    async def size(self) -> int | None:
        """As far as it is known before it is opened."""
        try:
            status = None if self.path == STDIN else await apart(partial(os.stat, self.path))
        except OSError as error:
            raise local(self.path, error) from error
        return status.st_size if status and self._is_file(status) else None

    @asynccontextmanager
    async def opened(self, bar: Bar) -> AsyncIterator["Body"]:
        """One reading of it, from its beginning."""
        descriptor = await self._open()
        try:
            status = os.fstat(descriptor)
            yield Body(self, descriptor, status.st_size if self._is_file(status) else None, bar)
        finally:
            if self.path != STDIN:
                os.close(descriptor)

    async def _open(self) -> int:
        if self.path == STDIN:
            return 0
        try:
            return await apart(partial(os.open, self.path, os.O_RDONLY))
        except OSError as error:
            raise local(self.path, error) from error

    def _is_file(self, status: os.stat_result) -> bool:
        return self.path != STDIN and stat.S_ISREG(status.st_mode)


class Body:
    """One reading of a source. `sha256` and `sent` tell of the pieces that were handed on, `failure` why there are no more."""

    def __init__(self, source: Source, descriptor: int, size: int | None, bar: Bar) -> None:
        self.size = size
        self.sent = 0
        self.failure: Failure | None = None
        self._source = source
        self._descriptor = descriptor
        self._bar = bar
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def pieces(self, watch: Watch) -> AsyncIterator[bytes]:
        """As many bytes as there were at first: what is added to a file meanwhile is not part of it."""
        self._source.repeatable = self.size is not None
        while piece := await self._next(watch):
            self.sent += len(piece)
            self._bar.advance(len(piece))
            yield piece

    async def _next(self, watch: Watch) -> bytes:
        watch.rest()
        try:
            piece = await apart(self._read)
            self._must_be_whole(piece)
        except OSError as error:
            self.failure = local(self._source.path, error)
            raise self.failure from error
        watch.moved()
        return piece

    def _read(self) -> bytes:
        piece = os.read(self._descriptor, PIECE if self.size is None else min(PIECE, self.size - self.sent))
        self._hash.update(piece)
        return piece

    def _must_be_whole(self, piece: bytes) -> None:
        if not piece and self.size is not None and self.sent < self.size:
            self.failure = Failure(f"{self._source.path}: it became shorter while it was sent.")
            raise self.failure
