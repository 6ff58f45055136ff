"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html"""

from aiohttp import web

from gateway.edge.conditional import write_condition
from gateway.edge.respond import whole
from gateway.s3.request import S3Request


async def delete_object(request: S3Request) -> web.StreamResponse:
    """204, whether there was anything or not."""
    condition = write_condition(request.exchange)
    deleted = await request.services.objects.delete(request.bucket, request.key, condition=condition)
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": str(deleted.marker)} if deleted.marker else {}
    return whole(request.exchange, 204, headers=headers)
