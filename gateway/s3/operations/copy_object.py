"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

from collections.abc import Mapping

from aiohttp import web

from buckets.errors import InvalidScalar
from buckets.tags import parse_tag_header
from gateway.auth.objects import CopyTerms, Words
from gateway.edge.conditional import write_condition
from gateway.edge.metadata import content_type, metadata, stored_headers
from gateway.s3.copy_source import HEADER, CopySource
from gateway.s3.document import answered
from gateway.s3.object_headers import written_version
from gateway.s3.request import METADATA, S3Request
from gateway.s3.xml.copy import copy_object_document


async def copy_object(request: S3Request) -> web.StreamResponse:
    """What the request says of the copy counts where a directive says so; elsewhere the source's words do."""
    if request.exchange.body.declared != 0:
        raise InvalidScalar("The body", "a copy has none")
    source, terms = CopySource.parse(request.exchange.header(HEADER) or ""), _terms(request)
    named = (source.bucket, source.key), (request.bucket, request.key)
    bucket, committed = await request.services.objects.copy(*named, terms, version=source.version)
    copied = {"x-amz-copy-source-version-id": str(source.version)} if source.version else {}
    document = copy_object_document(committed.head.content.digests.etag, committed.head.modified_at)
    return answered(request, document, written_version(bucket, committed.head) | copied)


def _terms(request: S3Request) -> CopyTerms:
    return CopyTerms(words=_words(request), tags=_tags(request), condition=write_condition(request.exchange))


def _words(request: S3Request) -> Words | None:
    exchange = request.exchange
    if not _replaces(request, "x-amz-metadata-directive"):
        return None
    return Words(
        content_type=content_type(exchange), headers=stored_headers(exchange), metadata=metadata(exchange, prefix=METADATA)
    )


def _tags(request: S3Request) -> Mapping[str, str] | None:
    if not _replaces(request, "x-amz-tagging-directive"):
        return None
    return parse_tag_header(request.exchange.header("x-amz-tagging") or "")


def _replaces(request: S3Request, directive: str) -> bool:
    said = request.exchange.header(directive)
    if said not in (None, "COPY", "REPLACE"):
        raise InvalidScalar(f"The header {directive}", "COPY or REPLACE was expected")
    return said == "REPLACE"
