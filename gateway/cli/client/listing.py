"""Lists, page after page."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from buckets.names import BucketName
from gateway.cli.client.answers import foreign
from gateway.cli.client.link import Link, Request, query
from gateway.cli.client.stored import Stored

_PAGE = "1000"


@dataclass(frozen=True, slots=True)
class Folder:
    """All keys that begin so, up to a slash, as one entry."""

    key: str


async def buckets(link: Link) -> AsyncIterator[Mapping[str, Any]]:
    async for page in _pages(link, "/v1/buckets"):
        for document in _list(page, "buckets", dict):
            yield document


async def objects(link: Link, bucket: BucketName, prefix: str) -> AsyncIterator[Stored]:
    """All objects whose keys begin so, in the order of their keys."""
    async for page in _pages(link, f"/v1/buckets/{bucket}/objects", prefix=prefix or None):
        for document in _list(page, "objects", dict):
            yield Stored.of(document)


async def entries(link: Link, bucket: BucketName, prefix: str) -> AsyncIterator[Stored | Folder]:
    """The same, with all that stands behind a further slash as one."""
    async for page in _pages(link, f"/v1/buckets/{bucket}/objects", prefix=prefix or None, delimiter="/"):
        found: list[Stored | Folder] = [Stored.of(document) for document in _list(page, "objects", dict)]
        found += map(Folder, _list(page, "folders", str))
        for entry in sorted(found, key=attrgetter("key")):
            yield entry


async def _pages(link: Link, path: str, **parameters: str | None) -> AsyncIterator[Mapping[str, Any]]:
    cursor: str | None = None
    while True:
        page = await link.ask(Request(path=path, query=query(**parameters, limit=_PAGE, cursor=cursor)))
        yield page
        before, cursor = cursor, page.get("next_cursor")
        if not cursor:
            return
        if not isinstance(cursor, str) or cursor == before:
            raise foreign()


def _list(page: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    found = page.get(name)
    if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
        raise foreign()
    return found
