"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html"""

from aiohttp import web

from gateway.edge.respond import whole
from gateway.s3.request import S3Request


async def delete_bucket(request: S3Request) -> web.StreamResponse:
    """Of an empty one; what lies in its trash is no content."""
    await request.services.buckets.delete(request.bucket)
    return whole(request.exchange, 204)
