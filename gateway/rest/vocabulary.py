"""What the description of the API says of things that the rows of the table only name: parts of paths, headers, credentials."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from gateway.rest.labels import FILENAME, TAGS, VISIBILITY
from gateway.rest.request import METADATA

Schema: TypeAlias = dict[str, Any]

INFO: Schema = {
    "title": "Seawall",
    "version": "1",
    "summary": "Objects and buckets, for the services next to the gateway.",
    "description": (
        "Every answer that is no success is a problem document (RFC 9457) whose `type` stays the same; `detail` is for people. "
        "A parameter, or a header of ours, that an operation does not know is refused with 501, never passed over. "
        "A key that may act for others names the user it works for in the header `Seawall-User`, signed where the request is, or "
        "in the query parameter of that name where the request is presigned. "
        "OpenAPI knows one operation for a method and a path: where a query parameter names a part of a resource (`?info`), the "
        "operation has the parameters and the answers of all parts, and its description says which part is which."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

SECURITY: Schema = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, the token of a session, or a JWT.",
    },
    "sigv4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4 for the service s3, as S3 clients make it; presigned in the query as well.",
    },
}

SCHEMAS: Schema = {
    "BucketName": {
        "type": "string",
        "description": "As S3 allows it: no two dots side by side, no address, and some beginnings and ends are reserved.",
        "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "examples": ["documents"],
    },
    "ObjectKey": {
        "type": "string",
        "description": "Up to 1,024 bytes of UTF-8, opaque; in a path it is the rest of it, slashes included.",
        "minLength": 1,
        "maxLength": 1024,
        "examples": ["letters/2026/hello.txt"],
    },
}
"""Those that no struct has."""

PATH_PARTS: Mapping[str, Schema] = {
    "bucket": {"$ref": "#/components/schemas/BucketName"},
    "key": {"$ref": "#/components/schemas/ObjectKey"},
    "job": {"type": "string", "format": "uuid"},
    "user": {"type": "string", "format": "uuid"},
    "account": {"type": "string", "pattern": "^[0-9]{12}$"},
    "credential": {"type": "string", "format": "uuid"},
    "session": {"type": "string", "description": "The id of a session, or `current`.", "examples": ["current"]},
}


def _header(name: str, sentence: str, **schema: object) -> Schema:
    return {"name": name, "description": sentence, "schema": {"type": "string", **schema}}


_OF_REQUESTS = (
    _header("Idempotency-Key", "The same request again is answered as before, for 24 hours.", pattern="^[ -~]{1,200}$"),
    _header("If-Match", "Only if this is its entity tag; `*` is any."),
    _header("If-None-Match", "Only if this is not its entity tag; `*` is any."),
    _header("If-Modified-Since", "Only if it has changed since."),
    _header("If-Unmodified-Since", "Only if it has not changed since."),
    _header("If-Range", "The range only if this is still its entity tag or date."),
    _header("Range", "A part of the bytes: one range.", examples=["bytes=0-1023"]),
    _header(FILENAME.title(), "What the file is called: UTF-8, percent-encoded."),
    _header(TAGS.title(), "Tags, written like a query.", examples=["colour=red&size=large"]),
    _header(VISIBILITY.title(), "Who may read it without a credential.", enum=["private", "public"]),
)
HEADERS: Mapping[str, Schema] = {header["name"].lower(): header for header in _OF_REQUESTS}
"""Those that a row may name, by the names it gives them."""

FAMILIES: Mapping[str, str] = {METADATA: "Headers `Seawall-Meta-…` are metadata, given back with the object."}
"""Those that a row names by what they begin with. OpenAPI has no words for such."""

ANSWER_HEADERS: Schema = {
    name: {"description": sentence, "required": always, "schema": {"type": "string"}}
    for name, always, sentence in (
        ("X-Request-Id", True, "What to quote when something went wrong."),
        ("Location", True, "Where what was made, or the job that was begun, is read."),
        ("ETag", False, "For If-Match and If-None-Match."),
        ("Link", False, "The next page, where there is one."),
        ("Idempotency-Replayed", False, "`true`: it was answered so before."),
        ("Retry-After", False, "Seconds to wait before the next attempt."),
        ("Content-Range", False, "Which part it is, or how much there is."),
        ("WWW-Authenticate", True, "Which credentials there are."),
        ("Allow", True, "The methods that there are."),
    )
}
"""Those of answers, by their names; some always stand where they may."""

TOLD_WITH: Mapping[int, tuple[str, ...]] = {
    200: ("ETag", "Link"),
    201: ("Location", "ETag", "Idempotency-Replayed"),
    202: ("Location",),
    206: ("ETag", "Content-Range"),
    207: ("Idempotency-Replayed",),
    304: ("ETag",),
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    409: ("Retry-After",),
    416: ("Content-Range",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""Headers that answers of a status may bear."""

FORM: Schema = {
    "type": "object",
    "description": "A field stands in front of its files: a key is the next file's, everything else holds for all behind it.",
    "properties": {
        "key": {"type": "string", "description": "Without one, the key is made from the name of the file."},
        "metadata": {"type": "string", "description": "A JSON object of strings."},
        "tags": {"type": "string", "description": "A JSON object of strings, or like a query."},
        "visibility": {"type": "string", "enum": ["private", "public"]},
        "file": {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}, "minItems": 1},
    },
    "required": ["file"],
    "additionalProperties": False,
}
