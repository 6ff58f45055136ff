"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""

from aiohttp import web

from buckets.errors import WrongRegion
from buckets.model.bucket import Rules
from gateway.edge.respond import whole
from gateway.s3.checksums import body_claims
from gateway.s3.document import received
from gateway.s3.request import S3Request
from gateway.s3.xml.create_bucket_request import parse_location


async def create_bucket(request: S3Request) -> web.StreamResponse:
    """A bucket with the rules of one that was told none. There is one location, and nobody needs to name it."""
    document = await received(request, body_claims(request), root="CreateBucketConfiguration")
    location = parse_location(document) if document else None
    if location not in (None, request.around.region):
        raise WrongRegion(location)
    await request.services.buckets.make(request.bucket, Rules())
    return whole(request.exchange, 200, headers={"Location": f"/{request.bucket}"})
