"""The CreateBucketConfiguration document.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
"""

from buckets.errors import NotImplementedYet
from gateway.s3.xml.element import Element

_LATER = ("Location", "Bucket", "Tags")


def parse_location(document: Element) -> str | None:
    """Where the bucket is to be, if that is said."""
    found = document.children("LocationConstraint", *_LATER)
    for name in _LATER:
        if found[name]:
            raise NotImplementedYet(name)
    for constraint in found["LocationConstraint"]:
        return constraint.text() or None
    return None
