"""`/v1/buckets/{bucket}/objects`: what a bucket holds, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from buckets.model.bucket import Bucket
from buckets.model.page import Folder, Order, Place
from buckets.model.version import Head
from buckets.names import ObjectKey
from gateway.rest import pages
from gateway.rest.document import answer
from gateway.rest.list_query import PARAMETERS, ListQuery
from gateway.rest.object_document import ObjectDocument, object_document
from gateway.rest.request import RestRequest
from gateway.rest.route import Route

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

ListedObject = msgspec.defstruct(
    "ListedObject",
    [(each.name, each.type | UnsetType, UNSET) for each in msgspec.structs.fields(ObjectDocument)],
    frozen=True,
    kw_only=True,
    namespace={"__doc__": "An object without its bytes, or as much of that as was asked for."},
)


class ObjectPage(msgspec.Struct, frozen=True, kw_only=True):
    """Objects and folders, each in their order. Without a next cursor it is the last page, and else it is not, however short."""

    objects: list[ListedObject]  # type: ignore[valid-type]  # it is made of the members of a document
    folders: list[str]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """The entries of a page, and what the next one is behind, if there is one."""

    entries: Sequence[Head | Folder]
    place: Mapping[str, Any] | None


async def list_objects(request: RestRequest) -> web.StreamResponse:
    query = ListQuery.of(request)
    bucket = await request.services.buckets.find(request.bucket)
    terms = query.terms(bucket)
    after = pages.place(request, terms)
    found = await (_ranked(request, query, *query.rank, after) if query.rank else _by_name(request, query, after))
    cursor = request.around.cursors.write(found.place, terms=terms) if found.place else None
    page = ObjectPage(
        objects=[_picked(request, bucket, each, query.fields) for each in found.entries if isinstance(each, Head)],
        folders=[each.prefix for each in found.entries if isinstance(each, Folder)],
        next_cursor=cursor,
    )
    return answer(request, 200, page, pages.link(request, f"{request.around.bucket_url(bucket.name)}/objects", cursor))


async def _by_name(request: RestRequest, query: ListQuery, after: Mapping[str, Any] | None) -> _Found:
    listing = replace(query.listing, behind=after["behind"]) if after else query.listing
    listed = await request.services.objects.page(request.bucket, listing)
    return _Found(listed.entries, {"behind": listed.last} if listed.more else None)


async def _ranked(request: RestRequest, query: ListQuery, order: Order, falling: bool, after: Mapping[str, Any] | None) -> _Found:
    place = _place(order, after) if after else None
    ranked = await request.services.objects.page_ranked(request.bucket, query.listing, order, falling=falling, after=place)
    return _Found(ranked.heads, _written(ranked.more) if ranked.more else None)


def _place(order: Order, written: Mapping[str, Any]) -> Place:
    value: int = written["value"]
    return Place(_EPOCH + value * _MICROSECOND if order is Order.CREATED else value, ObjectKey(written["key"]))


def _written(place: Place) -> Mapping[str, Any]:
    """JSON has no times."""
    value = (place.value - _EPOCH) // _MICROSECOND if isinstance(place.value, datetime) else place.value
    return {"value": value, "key": place.key}


def _picked(request: RestRequest, bucket: Bucket, head: Head, fields: Sequence[str]) -> msgspec.Struct:
    document = object_document(request.around, bucket, head)
    return ListedObject(**{name: getattr(document, name) for name in fields})


ROUTES = (
    Route(
        name="ListObjects",
        method="GET",
        path="buckets/{bucket}/objects",
        handle=list_objects,
        summary="List the objects of a bucket.",
        parameters=PARAMETERS,
        answers={200: ObjectPage},
    ),
)
