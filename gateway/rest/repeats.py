"""Idempotency-Key: a request that its caller may send again, to be answered as the first time.

The key is taken as it stands: quotes around it are part of it. What the request says beside its body is its terms; how it is signed
is not among them, so that a request may be signed anew.

https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
"""

import re

import msgspec

from buckets.errors import InvalidScalar
from buckets.model.commit import Committed, Repeatable
from gateway.auth.objects import Upload
from gateway.rest.request import RestRequest

HEADER = "idempotency-key"
"""How a route says that it knows the header."""

_NAME = "The header Idempotency-Key"
_KEY = re.compile("[ -~]{1,200}")


def repeatable(request: RestRequest, *said: object, nth: int | None = None) -> Repeatable | None:
    """The request as it may be sent again, if it says so; with a number, the part of it that stands at that place.

    `said` is all that matters of it beside its target and its body.
    """
    key = said_key(request)
    if key is None:
        return None
    return Repeatable(key if nth is None else f"{key}/{nth}", _terms(request, said))


def said_key(request: RestRequest) -> str | None:
    key = request.exchange.header(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidScalar(_NAME, "1 to 200 printable ASCII characters were expected")
    return key


def of_upload(request: RestRequest, upload: Upload, *said: object, nth: int | None = None) -> Repeatable | None:
    """An upload as it may be sent again: all that it says of its bytes is to be the same."""
    words = upload.content_type, upload.headers, upload.metadata, upload.tags, upload.filename, upload.visibility
    return repeatable(request, *words, upload.condition, *said, nth=nth)


def replayed(*committed: Committed) -> dict[str, str]:
    """What an answer says of itself, when all of it was given before."""
    again = bool(committed) and all(each.replayed for each in committed)
    return {"Idempotency-Replayed": "true"} if again else {}


def _terms(request: RestRequest, said: tuple[object, ...]) -> bytes:
    parts = {name: part.decode("latin-1") for name, part in request.parts.items()}
    return msgspec.json.encode((request.exchange.method, parts, dict(request.parameters), said), order="deterministic")
