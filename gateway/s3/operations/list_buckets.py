"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""

from collections.abc import Sequence

from aiohttp import web

from buckets.model.bucket import Bucket
from buckets.scalars import whole_number
from gateway.s3.continuation import behind, continuation
from gateway.s3.document import answered
from gateway.s3.request import S3Request
from gateway.s3.xml.buckets import list_buckets_document

_MOST = 10_000
_PAGING = frozenset({"prefix", "max-buckets", "continuation-token", "bucket-region"})


async def list_buckets(request: S3Request) -> web.StreamResponse:
    """Of the caller's account. Who asks for no page, and only then, is not told the region of each."""
    limit = _limit(request)
    found = await _page(request, limit + 1)
    shown = found[:limit]
    document = list_buckets_document(
        shown,
        owner=await request.owner(),
        prefix=request.parameters.get("prefix"),
        continuation=continuation(request, shown[-1].name, *_terms(request)) if len(found) > limit else None,
        region=request.around.region if _PAGING & request.parameters.keys() else None,
    )
    return answered(request, document)


async def _page(request: S3Request, limit: int) -> Sequence[Bucket]:
    after = behind(request, *_terms(request)) or ""
    if request.parameters.get("bucket-region", request.around.region) != request.around.region:
        return []
    return await request.services.buckets.page(prefix=request.parameters.get("prefix", ""), after=after, limit=limit)


def _limit(request: S3Request) -> int:
    return whole_number(request.parameters.get("max-buckets", str(_MOST)), name="The parameter max-buckets", least=1, most=_MOST)


def _terms(request: S3Request) -> tuple[str, ...]:
    return "buckets", request.services.caller.account, request.parameters.get("prefix", "")
