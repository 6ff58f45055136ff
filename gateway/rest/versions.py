"""`?versions`: what is there of a name, trash included."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from buckets.errors import NoSuchObject
from buckets.model.bucket import Bucket
from buckets.model.version import Head, Kept, ScanState
from buckets.names import ObjectKey
from gateway.rest import pages
from gateway.rest.document import answer
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, LIMIT, Route
from gateway.rest.surroundings import Surroundings

_BEFORE = "before"


class VersionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A version, or a marker, which says that its name was deleted and has no content. What is in the trash cannot be read."""

    id: UUID
    version: int
    is_current: bool
    is_marker: bool
    created_at: Annotated[datetime, Meta(tz=True)]
    trashed_at: Annotated[datetime, Meta(tz=True)] | None
    immutable_url: str | None
    size: int | None = None
    content_type: str | None = None
    etag: str | None = None
    sha256: str | None = None
    state: ScanState | None = None
    owner: UUID | None = None


class VersionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, the youngest first. Without a next cursor it is the last page."""

    versions: list[VersionDocument]
    next_cursor: str | None


async def list_versions(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    key, limit = request.key, request.limit
    bucket = await request.services.buckets.find(request.bucket)
    terms = ("versions", str(bucket.id), key)
    place = pages.place(request, terms)
    before = place[_BEFORE] if place else None
    found = await request.services.objects.versions(bucket.name, key, before=before, limit=limit + 1)
    if not found and place is None:
        raise NoSuchObject(bucket.name, key)
    told = found[:limit]
    cursor = request.around.cursors.write({_BEFORE: told[-1].seq}, terms=terms) if len(found) > limit else None
    page = VersionPage(versions=[_document(request.around, bucket, key, kept) for kept in told], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.object_url(bucket.name, key), cursor))


def _document(around: Surroundings, bucket: Bucket, key: ObjectKey, kept: Kept) -> VersionDocument:
    document = VersionDocument(
        id=kept.version,
        version=kept.seq,
        is_current=kept.is_current,
        is_marker=kept.head is None,
        created_at=kept.at,
        trashed_at=kept.trashed_at,
        immutable_url=None if kept.trashed_at or not kept.head else around.object_url(bucket.name, key, kept.version),
    )
    return _with_content(document, kept.head) if kept.head else document


def _with_content(document: VersionDocument, head: Head) -> VersionDocument:
    content = head.content
    return msgspec.structs.replace(
        document,
        size=content.size,
        content_type=content.content_type,
        etag=content.digests.etag,
        sha256=content.digests.sha256.hex() if content.digests.sha256 else None,
        state=head.state,
        owner=head.owner,
    )


ROUTES = (
    Route(
        name="ListObjectVersions",
        method="GET",
        path="objects/{bucket}/{key}",
        part="versions",
        handle=list_versions,
        summary="List the versions of an object, those in the trash among them.",
        parameters=(LIMIT, CURSOR),
        answers={200: VersionPage},
    ),
)
