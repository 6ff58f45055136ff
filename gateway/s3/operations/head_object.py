"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""

from aiohttp import web

from buckets import ranges
from gateway.edge.conditional import must_match, wanted_range
from gateway.edge.respond import whole
from gateway.edge.serving import object_headers, partial
from gateway.s3.request import METADATA, S3Request


async def head_object(request: S3Request) -> web.StreamResponse:
    """What GetObject would say, and none of the bytes."""
    head = await request.services.head(request.bucket, request.key)
    must_match(request.exchange, head.content.digests.etag)
    wanted = wanted_range(request.exchange)
    span = ranges.resolve(wanted, head.content.size)
    status, part = partial(wanted, span, head.content.size)
    headers = object_headers(head, metadata=METADATA) | part | {"Content-Length": str(span.length)}
    return whole(request.exchange, status, headers=headers)
