"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""

from collections.abc import Sequence

from aiohttp import web

from buckets.errors import LengthRequired, NotImplementedYet, TooLarge
from buckets.model.checksum import Claim
from buckets.ports import Claims
from buckets.tags import parse_tag_header
from gateway.auth.objects import Upload
from gateway.edge.conditional import write_condition
from gateway.edge.exchange import Exchange
from gateway.edge.metadata import content_type, metadata, stored_headers
from gateway.edge.respond import whole
from gateway.edge.serving import quoted
from gateway.s3.checksums import body_claims, echoed
from gateway.s3.object_headers import written_version
from gateway.s3.request import METADATA, S3Request

LARGEST = 5 << 30


async def put_object(request: S3Request) -> web.StreamResponse:
    claims = body_claims(request)
    upload = _upload(request.exchange, claims)
    bucket, committed = await request.services.objects.put(request.bucket, request.key, upload)
    said = {"ETag": quoted(committed.head.content.digests.etag)}
    return whole(request.exchange, 200, headers=said | echoed(claims) | written_version(bucket, committed.head))


def _upload(exchange: Exchange, claims: Sequence[Claim]) -> Upload:
    body = exchange.body
    return Upload(
        body=body,
        claims=Claims(size=_size(exchange, body.declared), digests=claims),
        content_type=content_type(exchange),
        headers=stored_headers(exchange),
        metadata=metadata(exchange, prefix=METADATA),
        tags=parse_tag_header(exchange.header("x-amz-tagging") or ""),
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
