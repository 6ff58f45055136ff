"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html"""

from aiohttp import web

from gateway.edge.conditional import wanted_range
from gateway.edge.objects import answer_about
from gateway.edge.overrides import overrides
from gateway.s3.checksums import wants_checksums
from gateway.s3.object_headers import described
from gateway.s3.request import METADATA, S3Request


async def head_object(request: S3Request) -> web.StreamResponse:
    """What GetObject would say, and none of the bytes."""
    exchange, said = request.exchange, overrides(request.parameters)
    wanted, summed = wanted_range(exchange), wants_checksums(exchange)
    bucket, head = await request.services.objects.head(request.bucket, request.key)
    said |= described(bucket, head, checksums=summed and wanted(head) is None)
    return answer_about(exchange, head, metadata=METADATA, overrides=said)
