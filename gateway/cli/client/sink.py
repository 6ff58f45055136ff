"""Where received bytes go: a file that appears when it is whole, or a stream that nothing can be taken back from."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from gateway.cli.client.apart import apart
from gateway.cli.client.errors import Failure, local
from gateway.cli.client.stored import Stored


class Sink:
    """Takes bytes in their order and remembers what they were."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self.received = 0
        self._descriptor = descriptor
        self._hash = hashlib.sha256()

    async def write(self, piece: bytes) -> None:
        try:
            await apart(partial(self._write, piece))
        except BrokenPipeError:  # whoever reads has had enough, which is no failure of ours to explain
            raise
        except OSError as error:
            raise local(self.name, error) from error
        self.received += len(piece)

    def must_hold(self, stored: Stored) -> None:
        if self.received != stored.size or stored.sha256 not in (None, self._hash.hexdigest()):
            raise Failure(f"{self.name}: what was received is not what is stored.")

    def _write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._hash.update(piece)


@asynccontextmanager
async def kept(target: Path, *, force: bool) -> AsyncIterator[Sink]:
    """A file that takes its name when the block ends well, and else leaves nothing. Only with force it takes it from another."""
    if not force:
        _must_be_free(target)
    part = target.with_name(f".seawall-{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        raise local(str(target), error) from error
    try:
        try:
            yield Sink(descriptor, str(target))
        finally:
            os.close(descriptor)
        _name(part, target, force=force)
    finally:
        with suppress(OSError):
            part.unlink()


@asynccontextmanager
async def stream(path: Path | None) -> AsyncIterator[Sink]:
    """Standard output, or what is no file but can be written to: a pipe, a terminal, /dev/null."""
    if path is None:
        yield Sink(1, "standard output")
        return
    try:
        descriptor = await apart(partial(os.open, path, os.O_WRONLY))
    except OSError as error:
        raise local(str(path), error) from error
    try:
        yield Sink(descriptor, str(path))
    finally:
        os.close(descriptor)


def _must_be_free(target: Path) -> None:
    """Asked before anything is sent; once more when it takes its name."""
    if os.path.lexists(target):
        raise _taken(target)


def _taken(target: Path) -> Failure:
    return Failure(f"{target} exists already: --force replaces it.")


def _name(part: Path, target: Path, *, force: bool) -> None:
    try:
        if force or not _linked(part, target):
            part.replace(target)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        raise local(str(target), error) from error


def _linked(part: Path, target: Path) -> bool:
    """Look whether the name is free and take it, in one step; some file systems have no links and cannot do that."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True
