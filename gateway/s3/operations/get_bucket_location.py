"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html"""

from aiohttp import web

from gateway.s3.document import answered
from gateway.s3.request import S3Request
from gateway.s3.xml.location import location_document


async def get_bucket_location(request: S3Request) -> web.StreamResponse:
    await request.services.buckets.find(request.bucket)
    return answered(request, location_document(request.around.region))
