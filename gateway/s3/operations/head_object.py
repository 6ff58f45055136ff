"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""

from aiohttp import web

from gateway.edge.objects import answer_about
from gateway.s3.request import METADATA, S3Request


async def head_object(request: S3Request) -> web.StreamResponse:
    """What GetObject would say, and none of the bytes."""
    return answer_about(request.exchange, await request.services.head(request.bucket, request.key), metadata=METADATA)
