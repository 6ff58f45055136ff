"""botocore's own reading of our answers, and its own writing of the documents we are sent."""

from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore import handlers
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

_SERVICE = botocore.session.Session().get_service_model("s3")
_DECODERS = {"ListObjects": handlers.decode_list_object, "ListObjectsV2": handlers.decode_list_object_v2}


def parsed(operation: str, document: bytes) -> dict[str, Any]:
    """As a caller of the client gets it who said nothing of an encoding type."""
    shape = _SERVICE.operation_model(operation).output_shape
    answer: dict[str, Any] = create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": document}, shape)
    if operation in _DECODERS:
        _DECODERS[operation](answer, context={"encoding_type_auto_set": True})
    return answer


def parsed_location(document: bytes) -> str | None:
    """Of an answer that its model cannot describe."""
    answer: dict[str, Any] = {}
    handlers.parse_get_bucket_location(answer, SimpleNamespace(raw=b"", content=document))
    location: str | None = answer["LocationConstraint"]
    return location


def serialized(operation: str, **parameters: Any) -> bytes:
    """The document of a request."""
    request = create_serializer("rest-xml").serialize_to_request(parameters, _SERVICE.operation_model(operation))
    handlers.escape_xml_payload(request)
    body: bytes = request["body"]
    return body
