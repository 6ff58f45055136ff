"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""

from aiohttp import web

from buckets.errors import InvalidScalar
from gateway.s3.continuation import behind, continuation
from gateway.s3.document import answered
from gateway.s3.listing import Asked
from gateway.s3.request import S3Request
from gateway.s3.xml.listing import list_objects_v2_document


async def list_objects_v2(request: S3Request) -> web.StreamResponse:
    """A page begins behind a key, or where the one before said."""
    parameters = request.parameters
    if parameters["list-type"] != "2":
        raise InvalidScalar("The parameter list-type", "2 was expected")
    asked, start_after = Asked.parse(parameters), parameters.get("start-after")
    whose = await request.owner() if request.flag("fetch-owner") else None
    terms = "objects", request.bucket, asked.prefix, asked.delimiter
    listed = await request.services.objects.page(request.bucket, asked.listing(behind(request, *terms) or start_after or ""))
    document = list_objects_v2_document(
        asked.shown(request.bucket, listed),
        owner=whose,
        start_after=start_after,
        continuation=parameters.get("continuation-token"),
        next_continuation=continuation(request, listed.last, *terms) if listed.more else None,
    )
    return answered(request, document)
