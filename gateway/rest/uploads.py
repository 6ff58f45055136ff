"""Uploads: one body as the new version of a name, and bodies or forms that leave the name to us."""

import re
from dataclasses import replace

from aiohttp import web

from buckets.errors import NotImplementedYet
from buckets.names import ObjectKey
from buckets.ports import Claims
from buckets.upload_name import NOISE, display_name, made_key
from gateway.auth.objects import Upload
from gateway.edge.claims import http_claims
from gateway.edge.conditional import write_condition
from gateway.edge.exchange import Exchange
from gateway.edge.metadata import content_type, stored_headers
from gateway.rest import repeats
from gateway.rest.forms import FormResults, is_form, store_form
from gateway.rest.labels import HEADERS, filename, labels
from gateway.rest.object_document import ObjectDocument, created
from gateway.rest.request import RestRequest
from gateway.rest.route import Bytes, Route

_PLAIN_NAME = re.compile(r' *[A-Za-z-]+ *; *filename=(?:"([^"\\]++)"|([!#$&+.^_`|~0-9A-Za-z-]++)) *(?:;.*)?', re.IGNORECASE)


async def put_object(request: RestRequest) -> web.StreamResponse:
    """201 always: each upload makes a version."""
    return await _store(request, request.key, _upload(request, filename(request.exchange)))


async def post_object(request: RestRequest) -> web.StreamResponse:
    """Store a body under a key that is made for it, or the files of a form."""
    if is_form(request.exchange):
        return await store_form(request)
    name = filename(request.exchange) or _plain_name(request.exchange)
    around = request.around
    key = made_key(request.services.objects.user, name, around.clock.now(), around.ids.secret(NOISE))
    return await _store(request, key, _upload(request, name))


async def _store(request: RestRequest, key: ObjectKey, upload: Upload) -> web.StreamResponse:
    return created(request, *await request.services.objects.put(request.bucket, key, upload))


def _upload(request: RestRequest, name: str | None) -> Upload:
    exchange = request.exchange
    body, said, headers = exchange.body, labels(exchange), stored_headers(exchange)
    if "aws-chunked" in headers.get("content-encoding", "").lower():
        raise NotImplementedYet("the content encoding aws-chunked")
    upload = Upload(
        body=body,
        claims=Claims(size=body.declared, digests=[*request.payload.claims(), *http_claims(exchange)]),
        content_type=content_type(exchange),
        headers=headers,
        metadata=said.metadata,
        tags=said.tags,
        filename=name,
        visibility=said.visibility,
        condition=write_condition(exchange),
    )
    return replace(upload, repeatable=repeats.of_upload(request, upload))


def _plain_name(exchange: Exchange) -> str | None:
    """What the header Content-Disposition calls the file, where no reader could take it for another name."""
    match = _PLAIN_NAME.fullmatch(exchange.header("Content-Disposition") or "")
    return display_name(match[1] or match[2]) if match else None


_HEADERS = (*HEADERS, repeats.HEADER, "if-match", "if-none-match")

ROUTES = (
    Route(
        name="PutObject",
        method="PUT",
        path="objects/{bucket}/{key}",
        handle=put_object,
        summary="Store an object.",
        headers=_HEADERS,
        bodies=(Bytes.ANY,),
        answers={201: ObjectDocument},
    ),
    Route(
        name="PostObject",
        method="POST",
        path="objects/{bucket}",
        handle=post_object,
        summary="Store a body under a key that is made for it, or the files of a form. Several files have a result each.",
        headers=_HEADERS,
        bodies=(Bytes.ANY, Bytes.FORM),
        answers={201: ObjectDocument, 207: FormResults},
    ),
)
