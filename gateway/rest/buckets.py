"""`/v1/buckets`: the buckets of an account, and their rules."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from buckets import conditions
from buckets.model.bucket import Bucket, Rules
from buckets.names import BucketName
from gateway.edge.conditional import write_condition
from gateway.edge.entity_tags import EntityTags
from gateway.edge.respond import whole
from gateway.edge.serving import REVALIDATED, quoted
from gateway.rest import pages, repeats
from gateway.rest.bucket_rules import BucketChange, BucketDocument, NewBucket, bucket_document
from gateway.rest.document import answer, document
from gateway.rest.jobs import Started, started
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, JSON, LIMIT, MERGE_PATCH, Parameter, Route
from gateway.rest.unconditional import must_be_unconditional


class BucketPage(msgspec.Struct, frozen=True, kw_only=True):
    """Buckets in the order of their names. Without a next cursor it is the last page."""

    buckets: Sequence[BucketDocument]
    next_cursor: str | None


async def create_bucket(request: RestRequest) -> web.StreamResponse:
    must_be_unconditional(request)
    wanted = await document(request, NewBucket)
    name, rules = BucketName(wanted.name), wanted.applied_to(Rules())
    founded = await request.services.buckets.make(name, rules, repeats.repeatable(request, wanted))
    again = {"Idempotency-Replayed": "true"} if founded.replayed else {}
    return _told(request, 201, founded.bucket, {"Location": request.around.bucket_url(name), **again})


async def list_buckets(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    prefix, limit = request.parameters.get("prefix", ""), request.limit
    terms = ("buckets", request.services.caller.account, prefix)
    place = pages.place(request, terms)
    found = await request.services.buckets.page(prefix=prefix, after=place[_AFTER] if place else "", limit=limit + 1)
    told = found[:limit]
    cursor = request.around.cursors.write({_AFTER: told[-1].name}, terms=terms) if len(found) > limit else None
    page = BucketPage(buckets=[bucket_document(bucket, request.around) for bucket in told], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.buckets_url, cursor))


async def get_bucket(request: RestRequest) -> web.StreamResponse:
    bucket = await request.services.buckets.find(request.bucket)
    unmatched = request.exchange.header("If-None-Match")
    if unmatched is not None and EntityTags.parse(unmatched).hold_weakly(str(bucket.revision)):
        return whole(request.exchange, 304, headers={"ETag": quoted(str(bucket.revision)), "Cache-Control": REVALIDATED})
    return _told(request, 200, bucket)


async def change_bucket(request: RestRequest) -> web.StreamResponse:
    """Compare-and-set from the revision that is found here on; with If-Match, from the one that the caller knows."""
    condition = write_condition(request.exchange)
    change = await document(request, BucketChange, _PATCHES)
    present = await request.services.buckets.find(request.bucket)
    refusal = conditions.refusal(condition, str(present.revision), present.revision, bucket=present.name, key="")
    if refusal:
        raise refusal
    changed = await request.services.buckets.change(present, change.applied_to(Rules.of(present)))
    return _told(request, 200, changed)


async def delete_bucket(request: RestRequest) -> web.StreamResponse:
    """204 for an empty one. With `force`, 202: the bucket is gone at once, and a job forgets what it held."""
    must_be_unconditional(request)
    if request.flag("force"):
        return started(request, await request.services.buckets.delete_with_content(request.bucket))
    await request.services.buckets.delete(request.bucket)
    return whole(request.exchange, 204)


def _told(request: RestRequest, status: int, bucket: Bucket, headers: dict[str, str] | None = None) -> web.Response:
    told = bucket_document(bucket, request.around)
    return answer(request, status, told, {"ETag": quoted(str(bucket.revision)), **(headers or {})})


_AFTER = "after"
_PATCHES = (MERGE_PATCH, JSON)
_BUCKET = "buckets/{bucket}"
_PREFIX = Parameter("prefix", "Only buckets whose names begin so.")
_FORCE = Parameter("force", "Delete it with everything in it.", {"type": "boolean"})

ROUTES = (
    Route(
        name="CreateBucket",
        method="POST",
        path="buckets",
        handle=create_bucket,
        summary="Make a bucket.",
        headers=(repeats.HEADER,),
        bodies=(NewBucket,),
        answers={201: BucketDocument},
    ),
    Route(
        name="ListBuckets",
        method="GET",
        path="buckets",
        handle=list_buckets,
        summary="List the buckets of the account.",
        parameters=(_PREFIX, LIMIT, CURSOR),
        answers={200: BucketPage},
    ),
    Route(
        name="GetBucket",
        method="GET",
        path=_BUCKET,
        handle=get_bucket,
        summary="Read the rules of a bucket.",
        headers=("if-none-match",),
        answers={200: BucketDocument, 304: None},
    ),
    Route(
        name="HeadBucket",
        method="HEAD",
        path=_BUCKET,
        handle=get_bucket,
        summary="Ask whether there is a bucket.",
        headers=("if-none-match",),
        answers={200: None, 304: None},
    ),
    Route(
        name="ChangeBucket",
        method="PATCH",
        path=_BUCKET,
        handle=change_bucket,
        summary="Change the rules of a bucket.",
        headers=("if-match",),
        bodies=(BucketChange,),
        media=_PATCHES,
        answers={200: BucketDocument},
    ),
    Route(
        name="DeleteBucket",
        method="DELETE",
        path=_BUCKET,
        handle=delete_bucket,
        summary="Delete a bucket that is empty, or with force any.",
        parameters=(_FORCE,),
        answers={202: Started, 204: None},
    ),
)
