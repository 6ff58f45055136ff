"""`/v1/objects/{bucket}/{key}`: the bytes of an object."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from buckets.model.bucket import Bucket, Visibility
from buckets.model.version import Head
from buckets.names import VersionId
from buckets.scalars import uuid_text
from gateway.edge.conditional import wanted_range, write_condition
from gateway.edge.objects import answer_about, answer_with
from gateway.edge.overrides import NO_OVERRIDES, save_as
from gateway.edge.respond import whole
from gateway.edge.serving import IMMUTABLE
from gateway.rest.object_document import filename, visibility
from gateway.rest.request import METADATA, RestRequest
from gateway.rest.route import Bytes, Parameter, Route

_SECOND = timedelta(seconds=1)


async def get_object(request: RestRequest) -> web.StreamResponse:
    wanted, version = wanted_range(request.exchange), _version(request)
    bucket, reading = await request.services.objects.open(request.bucket, request.key, wanted, version=version)
    async with reading:
        return await answer_with(
            request.exchange,
            reading,
            wanted=wanted,
            metadata=METADATA,
            cache=_cache(bucket, reading.head, version),
            overrides=_overrides(request, reading.head),
        )


async def head_object(request: RestRequest) -> web.StreamResponse:
    version = _version(request)
    bucket, head = await request.services.objects.head(request.bucket, request.key, version)
    cache, overrides = _cache(bucket, head, version), _overrides(request, head)
    return answer_about(request.exchange, head, metadata=METADATA, cache=cache, overrides=overrides)


async def delete_object(request: RestRequest) -> web.StreamResponse:
    """204, whether there was anything or not; `?permanent=true` passes the trash by."""
    forever, condition = request.flag("permanent"), write_condition(request.exchange)
    await request.services.objects.delete(request.bucket, request.key, condition=condition, forever=forever)
    return whole(request.exchange, 204)


def _version(request: RestRequest) -> VersionId | None:
    text = request.parameters.get("version")
    return None if text is None else VersionId(uuid_text(text, name="The parameter version"))


def _cache(bucket: Bucket, head: Head, version: VersionId | None) -> str | None:
    """A version never changes; what a name points to may be kept as long as its bucket says, if it is public."""
    public = visibility(bucket, head) is Visibility.PUBLIC
    if version is not None:
        return IMMUTABLE.replace("private", "public") if public else IMMUTABLE
    seconds = bucket.cache // _SECOND
    return f"public, max-age={seconds}" if public and seconds else None


def _overrides(request: RestRequest, head: Head) -> Mapping[str, str]:
    name = request.parameters.get("download")
    return NO_OVERRIDES if name is None else save_as(name or filename(head))


_PATH = "objects/{bucket}/{key}"
_READ = (
    Parameter(
        "version", "One of its versions, which never changes, instead of the present one.", {"type": "string", "format": "uuid"}
    ),
    Parameter("download", "The object is to be saved under that name; without a value, under its own."),
)
_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "range", "if-range")

ROUTES = (
    Route(
        name="GetObject",
        method="GET",
        path=_PATH,
        handle=get_object,
        summary="Read an object.",
        parameters=_READ,
        headers=_CONDITIONS,
        anybody=True,
        answers={200: Bytes.ANY, 206: Bytes.ANY, 304: None},
    ),
    Route(
        name="HeadObject",
        method="HEAD",
        path=_PATH,
        handle=head_object,
        summary="Ask what reading an object would be answered.",
        parameters=_READ,
        headers=_CONDITIONS,
        anybody=True,
        answers={200: None, 206: None, 304: None},
    ),
    Route(
        name="DeleteObject",
        method="DELETE",
        path=_PATH,
        handle=delete_object,
        summary="Delete an object. It stays in the trash as long as its bucket says.",
        parameters=(Parameter("permanent", "Pass the trash by.", {"type": "boolean"}),),
        headers=("if-match",),
        answers={204: None},
    ),
)
