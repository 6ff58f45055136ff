"""The Error document.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
"""

from collections.abc import Mapping

from gateway.s3.xml.text import DECLARATION, element


def error_document(code: str, message: str, *, facts: Mapping[str, object], resource: str, request_id: str, host_id: str) -> bytes:
    values = {"Code": code, "Message": message, **facts, "Resource": resource, "RequestId": request_id, "HostId": host_id}
    return f"{DECLARATION}<Error>{''.join(element(*pair) for pair in values.items())}</Error>".encode()
