"""Deleting objects."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from gateway.cli.client import listing, shown
from gateway.cli.client.link import Request, query
from gateway.cli.client.place import Place
from gateway.cli.client.run import Session
from gateway.cli.client.several import several


async def remove(session: Session, places: Sequence[Place], *, recursive: bool, permanent: bool) -> None:
    """Objects, or all that stands below places. What is not there is as good as deleted."""

    async def delete(place: Place) -> None:
        with session.output.one_of_several(str(place)):
            await _delete(session, place, permanent=permanent)

    if len(places) == 1 and not recursive:
        await _delete(session, places[0], permanent=permanent)
    else:
        await several(_each(session, places, recursive=recursive), delete)
    session.output.settle()


async def _each(session: Session, places: Sequence[Place], *, recursive: bool) -> AsyncIterator[Place]:
    for place in places:
        if not recursive:
            yield place
            continue
        async for found in listing.objects(session.link, place.bucket, place.folder.key):
            yield replace(place, key=found.key)


async def _delete(session: Session, place: Place, *, permanent: bool) -> None:
    parameters = query(permanent="true" if permanent else None)
    await session.link.ask(Request(method="DELETE", path=place.path, query=parameters))
    session.output.tell({"bucket": place.bucket, "key": place.key, "deleted": True}, shown.name(str(place)))
