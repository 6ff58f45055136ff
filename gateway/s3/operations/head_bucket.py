"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""

from aiohttp import web

from gateway.edge.respond import whole
from gateway.s3.request import S3Request


async def head_bucket(request: S3Request) -> web.StreamResponse:
    await request.services.buckets.find(request.bucket)
    return whole(request.exchange, 200, headers={"x-amz-bucket-region": request.around.region})
