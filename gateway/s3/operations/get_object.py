"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""

from aiohttp import web

from gateway.edge.conditional import wanted_range
from gateway.edge.objects import answer_with
from gateway.edge.overrides import overrides
from gateway.s3.checksums import wants_checksums
from gateway.s3.object_headers import described
from gateway.s3.request import METADATA, S3Request


async def get_object(request: S3Request) -> web.StreamResponse:
    exchange, said = request.exchange, overrides(request.parameters)
    wanted, summed = wanted_range(exchange), wants_checksums(exchange)
    bucket, reading = await request.services.objects.open(request.bucket, request.key, wanted)
    async with reading:
        said |= described(bucket, reading.head, checksums=summed and reading.part is None)
        return await answer_with(exchange, reading, wanted=wanted, metadata=METADATA, overrides=said)
