"""What the service says of an object, as far as a command acts on it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from gateway.cli.client.answers import foreign
from gateway.cli.client.link import Link, Request
from gateway.cli.client.place import Place

_ETAG = re.compile(r"[!#-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object without its bytes; `sha256` is known of most."""

    key: str
    size: int
    etag: str
    sha256: str | None
    created_at: datetime
    document: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        try:
            return cls(
                key=_text(document, "key"),
                size=int(document["size"]),
                etag=_tag(_text(document, "etag")),
                sha256=document["sha256"],
                created_at=datetime.fromisoformat(document["created_at"]),
                document=document,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise foreign() from error


async def stored(link: Link, place: Place) -> Stored:
    """What the place holds now."""
    return Stored.of(await link.ask(Request(path=place.path, query="info")))


def _text(document: Mapping[str, Any], name: str) -> str:
    if not isinstance(document[name], str):
        raise TypeError(name)
    return str(document[name])


def _tag(text: str) -> str:
    if not _ETAG.fullmatch(text):
        raise ValueError(text)
    return text
