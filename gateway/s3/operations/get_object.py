"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""

from aiohttp import web

from gateway.edge.conditional import must_match, wanted_range
from gateway.edge.respond import stream
from gateway.edge.serving import object_headers, partial
from gateway.s3.request import METADATA, S3Request


async def get_object(request: S3Request) -> web.StreamResponse:
    wanted = wanted_range(request.exchange)
    async with request.services.open(request.bucket, request.key, wanted) as reading:
        content = reading.head.content
        must_match(request.exchange, content.digests.etag)
        status, part = partial(wanted, reading.span, content.size)
        headers = object_headers(reading.head, metadata=METADATA) | part
        return await stream(request.exchange, reading.chunks, length=reading.span.length, headers=headers, status=status)
