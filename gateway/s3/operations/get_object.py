"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""

from aiohttp import web

from gateway.edge.conditional import wanted_range
from gateway.edge.objects import answer_with
from gateway.s3.request import METADATA, S3Request


async def get_object(request: S3Request) -> web.StreamResponse:
    wanted = wanted_range(request.exchange)
    async with request.services.open(request.bucket, request.key, wanted) as reading:
        found = reading.head, reading.span, reading.chunks
        return await answer_with(request.exchange, *found, wanted=wanted, metadata=METADATA)
