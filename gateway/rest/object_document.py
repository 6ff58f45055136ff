"""An object as the JSON API tells of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from buckets.model.bucket import Bucket, Visibility
from buckets.model.commit import Committed
from buckets.model.version import Head, ScanState
from gateway.edge.serving import quoted
from gateway.rest.document import answer
from gateway.rest.repeats import replayed
from gateway.rest.request import RestRequest
from gateway.rest.surroundings import Surroundings


class ObjectDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An object without its bytes: `id` is the version that its name points to, `version` counts what happened to the name."""

    id: UUID
    bucket: str
    key: str
    version: int
    filename: str
    size: int
    content_type: str
    etag: str
    sha256: str | None
    state: ScanState
    visibility: Visibility
    owner: UUID
    tags: Mapping[str, str]
    metadata: Mapping[str, str]
    created_at: Annotated[datetime, Meta(tz=True)]
    url: str
    immutable_url: str


def object_document(around: Surroundings, bucket: Bucket, head: Head) -> ObjectDocument:
    content = head.content
    return ObjectDocument(
        id=head.version,
        bucket=str(bucket.name),  # msgspec takes no subclasses of str
        key=str(head.key),
        version=head.seq,
        filename=filename(head),
        size=content.size,
        content_type=content.content_type,
        etag=content.digests.etag,
        sha256=content.digests.sha256.hex() if content.digests.sha256 else None,
        state=head.state,
        visibility=visibility(bucket, head),
        owner=head.owner,
        tags=content.tags,
        metadata=content.metadata,
        created_at=head.modified_at,
        url=around.object_url(bucket.name, head.key),
        immutable_url=around.object_url(bucket.name, head.key, head.version),
    )


def visibility(bucket: Bucket, head: Head) -> Visibility:
    """Its own, or else its bucket's."""
    return head.visibility or bucket.visibility


def filename(head: Head) -> str:
    """What it was called where it came from, or else the last part of its key."""
    return head.content.filename or head.key.rstrip("/").rpartition("/")[2] or "file"


def created(request: RestRequest, bucket: Bucket, committed: Committed) -> web.Response:
    """201 with the new version of a name; each upload, copy or restore makes one."""
    document = object_document(request.around, bucket, committed.head)
    headers = {"ETag": quoted(document.etag), "Location": document.url, **replayed(committed)}
    return answer(request, 201, document, headers)
