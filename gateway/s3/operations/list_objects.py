"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html"""

from aiohttp import web

from gateway.s3.document import answered
from gateway.s3.listing import Asked
from gateway.s3.request import S3Request
from gateway.s3.xml.listing import list_objects_document


async def list_objects(request: S3Request) -> web.StreamResponse:
    """The first version of it: a page begins behind any key that the client says."""
    asked, marker = Asked.parse(request.parameters), request.parameters.get("marker", "")
    listed = await request.services.objects.page(request.bucket, asked.listing(marker))
    document = list_objects_document(
        asked.shown(request.bucket, listed),
        owner=await request.owner(),
        marker=marker,
        next_marker=listed.last if listed.more else None,
    )
    return answered(request, document)
