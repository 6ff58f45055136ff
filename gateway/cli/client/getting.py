"""Which objects become which files, and receiving them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

from gateway.cli.client import listing, shown
from gateway.cli.client.download import CHANGED, download
from gateway.cli.client.errors import Failure, local
from gateway.cli.client.local_path import local_path
from gateway.cli.client.place import Place
from gateway.cli.client.run import Session
from gateway.cli.client.several import several
from gateway.cli.client.sink import Sink, kept, stream
from gateway.cli.client.stored import Stored, stored

STDOUT = "-"
_CHANGES = 3
"""How often an object may be overwritten under our hands."""


async def get_one(session: Session, place: Place, target: str, *, force: bool) -> None:
    """Into a file, into a directory under the last part of its key, or into a stream."""
    path = _target(place, target)
    await _get(session, place, None, path, force=force)


async def get_several(session: Session, folder: Place, root: Path, *, force: bool) -> None:
    """All that stands below a place. Its own name is kept where it is not written with a slash at its end."""
    below = folder.folder
    top = root / local_path(folder.last) if not folder.is_folder else root

    async def get(found: Stored) -> None:
        place = replace(folder, key=found.key)
        with session.output.one_of_several(str(place)):
            path = _inside(root, top / local_path(found.key.removeprefix(below.key)))
            await _get(session, place, found, path, force=force)

    await several(_found(session, below), get)
    session.output.settle()


async def _found(session: Session, below: Place) -> AsyncIterator[Stored]:
    """Without what only marks a folder."""
    async for found in listing.objects(session.link, below.bucket, below.key):
        if found.size or not found.key.endswith("/"):
            yield found


async def _get(session: Session, place: Place, known: Stored | None, path: Path | None, *, force: bool) -> None:
    found = await _whole(session, place, known, path, force=force)
    if path:
        session.output.tell({"file": str(path), **found.document}, shown.name(str(path)))


async def _whole(session: Session, place: Place, known: Stored | None, path: Path | None, *, force: bool) -> Stored:
    """What was received. When it is overwritten meanwhile, that is begun anew, where it can be."""
    left = 0 if _is_stream(path) else _CHANGES
    while True:
        found = known or await stored(session.link, place)
        try:
            await _fetch(session, place, found, path, force=force)
        except Failure as failure:
            if failure.status != CHANGED:
                raise
            if not left:
                raise Failure(f"{place} was overwritten while it was read.") from failure
            known, left = None, left - 1
        else:
            return found


async def _fetch(session: Session, place: Place, found: Stored, path: Path | None, *, force: bool) -> None:
    with session.bars.of(str(place), found.size) as bar:
        async with _sink(path, force=force) as sink:
            await download(session.link, place, found, sink, bar)


def _sink(path: Path | None, *, force: bool) -> AbstractAsyncContextManager[Sink]:
    return stream(path) if path is None or _is_stream(path) else kept(path, force=force)


def _is_stream(path: Path | None) -> bool:
    """Whether it is there and nothing that could be replaced."""
    return path is None or (path.exists() and not path.is_file() and not path.is_dir())


def _target(place: Place, target: str) -> Path | None:
    if target == STDOUT:
        return None
    path = Path(target)
    if target.endswith("/"):
        _make(path)
    return path / local_path(place.last or place.key.replace("/", "_")) if path.is_dir() else path


def _inside(root: Path, path: Path) -> Path:
    """The path, with its directories made. Links that are there already lead nowhere else."""
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise Failure(f"{path} would be outside of {root}.")
    _make(path.parent)
    return path


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise local(str(directory), error) from error
