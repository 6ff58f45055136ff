"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""

from aiohttp import web

from buckets.errors import LengthRequired, NotImplementedYet, TooLarge
from buckets.ports import Claims
from gateway.auth.guard import Upload
from gateway.edge.claims import http_claims
from gateway.edge.conditional import write_condition
from gateway.edge.exchange import Exchange
from gateway.edge.metadata import content_type, metadata
from gateway.edge.respond import whole
from gateway.edge.serving import quoted
from gateway.s3.checksums import amz_claims
from gateway.s3.request import METADATA, S3Request

LARGEST = 5 << 30


async def put_object(request: S3Request) -> web.StreamResponse:
    head = await request.services.put(request.bucket, request.key, _upload(request))
    return whole(request.exchange, 200, headers={"ETag": quoted(head.content.digests.etag)})


def _upload(request: S3Request) -> Upload:
    exchange = request.exchange
    body = exchange.body
    claims = [*request.payload.claims(), *http_claims(exchange), *amz_claims(exchange)]
    return Upload(
        body=body,
        claims=Claims(size=_size(exchange, body.declared), digests=claims),
        content_type=content_type(exchange),
        metadata=metadata(exchange, prefix=METADATA),
        condition=write_condition(exchange),
    )


def _size(exchange: Exchange, declared: int | None) -> int:
    if "aws-chunked" in (exchange.header("Content-Encoding") or ""):
        raise NotImplementedYet("the content encoding aws-chunked")
    if declared is None or exchange.header("Content-Length") is None:
        raise LengthRequired
    if declared > LARGEST:
        raise TooLarge(LARGEST)
    return declared
