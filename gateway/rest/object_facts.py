"""`?info` and `?tags`: what is known of an object."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from gateway.rest.document import answer
from gateway.rest.object_document import ObjectDocument, object_document
from gateway.rest.request import RestRequest
from gateway.rest.route import Route


class TagsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The tags of an object."""

    tags: Mapping[str, str]


async def get_info(request: RestRequest) -> web.StreamResponse:
    bucket, head = await request.services.objects.head(request.bucket, request.key)
    return answer(request, 200, object_document(request.around, bucket, head))


async def get_tags(request: RestRequest) -> web.StreamResponse:
    _, head = await request.services.objects.head(request.bucket, request.key)
    return answer(request, 200, TagsDocument(tags=head.content.tags))


_PATH = "objects/{bucket}/{key}"

ROUTES = (
    Route(
        name="GetObjectInfo",
        method="GET",
        path=_PATH,
        part="info",
        handle=get_info,
        summary="Read what is known of an object.",
        answers={200: ObjectDocument},
    ),
    Route(
        name="GetObjectTags",
        method="GET",
        path=_PATH,
        part="tags",
        handle=get_tags,
        summary="Read the tags of an object.",
        answers={200: TagsDocument},
    ),
)
