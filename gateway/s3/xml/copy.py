"""The answer to CopyObject.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from datetime import datetime

from gateway.s3.xml.etag import etag_element
from gateway.s3.xml.instant import instant
from gateway.s3.xml.text import document, element


def copy_object_document(etag: str, modified: datetime) -> bytes:
    return document("CopyObjectResult", element("LastModified", instant(modified)) + etag_element(etag))
