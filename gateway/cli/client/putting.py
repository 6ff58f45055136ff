"""Which files are sent where, and sending them."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from buckets.errors import ClientFault
from gateway.cli.client import shown
from gateway.cli.client.apart import apart
from gateway.cli.client.errors import Failure, local
from gateway.cli.client.place import Place
from gateway.cli.client.run import Session
from gateway.cli.client.several import several
from gateway.cli.client.source import Source
from gateway.cli.client.upload import Labels, upload


@dataclass(frozen=True, slots=True)
class Sent:
    """A file and the name that it is to have below a place; or why there is none to send."""

    path: str
    name: str
    failure: Failure | None = None


async def put_one(session: Session, path: str, place: Place, labels: Labels) -> None:
    await _put(session, path, _at(place, os.path.basename(path)), labels)  # noqa: PTH119  # as it was typed


async def put_several(session: Session, paths: Sequence[str], folder: Place, labels: Labels) -> None:
    """Files, and all that is in directories."""

    async def put(sent: Sent) -> None:
        with session.output.one_of_several(sent.path):
            if sent.failure:
                raise sent.failure
            await _put(session, sent.path, _at(folder, sent.name), labels)

    await several(_each(paths), put)
    session.output.settle()


def files(path: str) -> Iterator[Sent]:
    """A file, or the files of a directory by their names from the directory's own on; behind a slash without that.

    Links to directories are not followed, and what is neither a file nor a link to one is passed over.
    """
    own = os.path.basename(path)  # noqa: PTH119  # pathlib drops a slash at the end
    if not Path(path).is_dir():
        yield Sent(path, own)
        return
    above = f"{own}/" if own not in ("", ".", "..") else ""
    unread: list[OSError] = []
    for directory, folders, names in os.walk(path, onerror=unread.append):
        folders.sort()
        found = (Path(directory, name) for name in sorted(names))
        yield from (Sent(str(each), above + each.relative_to(path).as_posix()) for each in found if _is_sent(each))
    yield from (Sent(str(error.filename), "", local("it cannot be listed", error)) for error in unread)


async def _each(paths: Sequence[str]) -> AsyncIterator[Sent]:
    for path in paths:
        found = files(path)
        while sent := await apart(partial(next, found, None)):
            yield sent


def _is_sent(found: Path) -> bool:
    """A link that leads nowhere is, in order that somebody hears of it."""
    return found.is_file() or not found.exists()


def _at(folder: Place, name: str) -> Place:
    try:
        return folder.at(name)
    except ClientFault as error:
        raise Failure(f"it cannot be a key: {error}") from error


async def _put(session: Session, path: str, place: Place, labels: Labels) -> None:
    source = Source(path)
    with session.bars.of(str(place), await source.size()) as bar:
        document = await upload(session.link, source, place, labels, bar)
    session.output.tell({"file": path, **document}, shown.name(str(place)))
