"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""

from aiohttp import web

from buckets.errors import ChecksumRequired, ClientFault, MalformedXml, NotImplementedYet, StorageError
from buckets.model.commit import Deleted
from buckets.names import ObjectKey
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256
from gateway.s3.checksums import body_claims
from gateway.s3.document import answered, received
from gateway.s3.errors import answer_to
from gateway.s3.request import S3Request
from gateway.s3.xml.delete_request import DeleteRequest, Requested, parse_delete
from gateway.s3.xml.delete_result import Failed, Removed, delete_document


async def delete_objects(request: S3Request) -> web.StreamResponse:
    """What cannot be deleted for a reason of its own hinders no other; what is not the caller's fault is to be asked again."""
    asked = await _asked(request)
    judged = [_judged(each) for each in asked.keys]
    keys = [key for key in judged if isinstance(key, ObjectKey)]
    deleted = iter(await request.services.objects.delete_many(request.bucket, keys))
    outcomes = [next(deleted) if isinstance(key, ObjectKey) else key for key in judged]
    results = [_result(*each) for each in zip(asked.keys, outcomes, strict=True)]
    return answered(request, delete_document(results, quiet=asked.quiet))


async def _asked(request: S3Request) -> DeleteRequest:
    """S3 wants a checksum besides what is signed."""
    claims = body_claims(request)
    if all(claim.header == AMZ_CONTENT_SHA256 for claim in claims):
        raise ChecksumRequired
    document = await received(request, claims, root="Delete")
    if document is None:
        raise MalformedXml("there is none")
    return parse_delete(document)


def _judged(requested: Requested) -> ObjectKey | ClientFault:
    """The key, or why there can be none, or none like that."""
    if requested.version is not None or requested.etag is not None:
        return NotImplementedYet("the deletion of a version, or on a condition")
    try:
        return ObjectKey(requested.key)
    except ClientFault as fault:
        return fault


def _result(requested: Requested, outcome: Deleted | StorageError) -> Removed | Failed:
    if isinstance(outcome, Deleted):
        return Removed(requested.key, marker=str(outcome.marker) if outcome.marker else None)
    if not isinstance(outcome, ClientFault):
        raise outcome
    return Failed(requested.key, requested.version, answer_to(outcome).code, str(outcome))
