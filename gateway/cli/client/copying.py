"""Giving an object another name, or one name more. The bytes stay in the service."""

from gateway.cli.client import shown
from gateway.cli.client.link import Request, once, query
from gateway.cli.client.place import Place
from gateway.cli.client.run import Session

_PATIENCE = 900.0
"""Seconds: between two stores the service has to move the bytes before it answers."""


async def copy(session: Session, source: Place, target: Place) -> None:
    await _post(session, source, target, query(copy_to=str(_named(source, target))))


async def move(session: Session, source: Place, target: Place) -> None:
    await _post(session, source, target, query(move_to=str(_named(source, target))))


def _named(source: Place, target: Place) -> Place:
    """In a folder it keeps the last part of its name."""
    return target.at(source.last or source.key)


async def _post(session: Session, source: Place, target: Place, parameters: str) -> None:
    request = Request(method="POST", path=source.path, query=parameters, headers=once(), patience=_PATIENCE)
    document = await session.link.ask(request)
    session.output.tell(document, shown.name(str(_named(source, target))))
