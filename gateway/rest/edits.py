"""PATCH on an object: its metadata, tags and visibility change, its bytes and its version stay.

https://www.rfc-editor.org/rfc/rfc7396
"""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from buckets.metadata import parse_metadata
from buckets.model.bucket import Visibility
from gateway.auth.objects import Edits
from gateway.edge.conditional import write_condition
from gateway.rest.document import answer, document
from gateway.rest.object_document import ObjectDocument, object_document
from gateway.rest.request import RestRequest
from gateway.rest.route import JSON, MERGE_PATCH, Route


class ObjectChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is. A name with null goes away; the visibility null is that of the bucket."""

    metadata: dict[str, str | None] = {}
    tags: dict[str, str | None] = {}
    visibility: Visibility | UnsetType | None = UNSET

    def edits(self) -> Edits:
        edits = Edits(metadata=_lower(self.metadata), tags=self.tags)
        return edits if isinstance(self.visibility, UnsetType) else replace(edits, visibility=self.visibility)


async def change_object(request: RestRequest) -> web.StreamResponse:
    key, condition = request.key, write_condition(request.exchange)
    bucket = await request.services.buckets.find(request.bucket)
    change = await document(request, ObjectChange, _PATCHES)
    head = await request.services.objects.edit(bucket.name, key, change.edits(), condition=condition)
    return answer(request, 200, object_document(request.around, bucket, head))


def _lower(changes: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """By the names that metadata has, which are lower-case. Two that are the same then are refused."""
    said = parse_metadata((name, value or "") for name, value in changes.items())
    return {name: None if value is None else said[name] for name, value in zip(said, changes.values(), strict=True)}


_PATCHES = (MERGE_PATCH, JSON)

ROUTES = (
    Route(
        name="ChangeObject",
        method="PATCH",
        path="objects/{bucket}/{key}",
        handle=change_object,
        summary="Change the metadata, the tags or the visibility of an object.",
        headers=("if-match",),
        bodies=(ObjectChange,),
        media=_PATCHES,
        answers={200: ObjectDocument},
    ),
)
