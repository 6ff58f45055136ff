"""The answer to GetBucketLocation.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
"""

from gateway.s3.xml.text import document, text

_UNNAMED = "us-east-1"


def location_document(region: str) -> bytes:
    """The oldest region of S3 has no name here."""
    return document("LocationConstraint", "" if region == _UNNAMED else text(region))
