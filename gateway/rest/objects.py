"""`/v1/objects/{bucket}/{key}`: the bytes of an object."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import msgspec
from aiohttp import web

from buckets.model.version import Head
from buckets.names import BucketName
from buckets.ports import Claims
from gateway.auth.guard import Upload
from gateway.edge.claims import http_claims
from gateway.edge.conditional import wanted_range, write_condition
from gateway.edge.metadata import content_type, metadata
from gateway.edge.objects import answer_about, answer_with
from gateway.edge.respond import whole
from gateway.edge.serving import quoted
from gateway.rest.request import METADATA, RestRequest


class ObjectDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An object without its bytes."""

    id: UUID
    bucket: str
    key: str
    version: int
    size: int
    content_type: str
    etag: str
    sha256: str | None
    state: str
    visibility: str | None
    owner: UUID
    metadata: Mapping[str, str]
    created_at: datetime
    url: str


async def put_object(request: RestRequest) -> web.StreamResponse:
    """201 with the first version of a name, 200 with a later one."""
    head = await request.services.put(request.bucket, request.key, _upload(request))
    document = _document(request.bucket, head)
    headers = {"Content-Type": "application/json", "ETag": quoted(document.etag), "Location": document.url}
    return whole(request.exchange, 201 if head.seq == 1 else 200, headers=headers, body=msgspec.json.encode(document))


async def get_object(request: RestRequest) -> web.StreamResponse:
    wanted = wanted_range(request.exchange)
    async with request.services.open(request.bucket, request.key, wanted) as reading:
        found = reading.head, reading.span, reading.chunks
        return await answer_with(request.exchange, *found, wanted=wanted, metadata=METADATA)


async def head_object(request: RestRequest) -> web.StreamResponse:
    return answer_about(request.exchange, await request.services.head(request.bucket, request.key), metadata=METADATA)


async def delete_object(request: RestRequest) -> web.StreamResponse:
    """204, whether there was anything or not; `?permanent=true` passes the trash by."""
    forever = request.flag("permanent")
    await request.services.delete(request.bucket, request.key, condition=write_condition(request.exchange), forever=forever)
    return whole(request.exchange, 204, headers={})


def _upload(request: RestRequest) -> Upload:
    exchange = request.exchange
    body = exchange.body
    claims = [*request.payload.claims(), *http_claims(exchange)]
    return Upload(
        body=body,
        claims=Claims(size=body.declared, digests=claims),
        content_type=content_type(exchange),
        metadata=metadata(exchange, prefix=METADATA),
        condition=write_condition(exchange),
    )


def _document(bucket: BucketName, head: Head) -> ObjectDocument:
    content = head.content
    return ObjectDocument(
        id=head.version,
        bucket=str(bucket),  # msgspec takes no subclasses of str
        key=str(head.key),
        version=head.seq,
        size=content.size,
        content_type=content.content_type,
        etag=content.digests.etag,
        sha256=content.digests.sha256.hex() if content.digests.sha256 else None,
        state=head.state,
        visibility=head.visibility,
        owner=head.owner,
        metadata=content.metadata,
        created_at=head.modified_at,
        url=f"/v1/objects/{bucket}/{quote(head.key, safe='/')}",
    )
