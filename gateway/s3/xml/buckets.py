"""The answer to ListBuckets.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
"""

from collections.abc import Sequence

from buckets.model.bucket import Bucket
from gateway.s3.xml.instant import instant
from gateway.s3.xml.person import Person, owner_element
from gateway.s3.xml.text import document, element, optional


def list_buckets_document(
    buckets: Sequence[Bucket], *, owner: Person, prefix: str | None, continuation: str | None, region: str | None = None
) -> bytes:
    """`continuation` leads to the next page; `region` is said of each bucket, which S3 does on pages only."""
    listed = "".join(_bucket(bucket, region) for bucket in buckets)
    content = f"{owner_element(owner)}<Buckets>{listed}</Buckets>"
    return document("ListAllMyBucketsResult", content + optional("ContinuationToken", continuation) + optional("Prefix", prefix))


def _bucket(bucket: Bucket, region: str | None) -> str:
    name, created = element("Name", bucket.name), element("CreationDate", instant(bucket.created_at))
    return f"<Bucket>{name}{created}{optional('BucketRegion', region)}</Bucket>"
