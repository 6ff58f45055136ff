"""Which lines of the audit a query asks for."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from buckets.errors import InvalidScalar
from buckets.model.audit import Kind, Result
from buckets.model.audit_query import AuditQuery
from buckets.names import BucketName, ObjectKey, UserId
from buckets.scalars import utc_time, uuid_text
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, LIMIT, Parameter

T = TypeVar("T")

_LONGEST = 1024
_ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}
_FILTERS = (
    Parameter("kind", "Only changes, or only reads.", {"type": "string", "enum": [*Kind]}),
    Parameter("actor", "Only what this user did itself.", _ID),
    Parameter("on_behalf_of", "Only what was done for this user by another.", _ID),
    Parameter("action", "Only this action: `put_object`, `change_bucket`."),
    Parameter("bucket", "Only what happened in this bucket.", {"$ref": "#/components/schemas/BucketName"}),
    Parameter("key", "Only what happened to this object; with its bucket.", {"$ref": "#/components/schemas/ObjectKey"}),
    Parameter("version", "Only what happened to this version.", _ID),
    Parameter("subject", "Only what happened to this: `user:ID`, `key:ID`, `account:ID`."),
    Parameter("result", "Only what ended so.", {"type": "string", "enum": [*Result]}),
    Parameter("address", "Only what came from this address."),
    Parameter("from", "Only from this time on.", _TIME),
    Parameter("to", "Only before this time.", _TIME),
)
PARAMETERS = (*_FILTERS, LIMIT, CURSOR)


def audit_query(request: RestRequest) -> AuditQuery:
    query = AuditQuery(
        kind=_read(request, "kind", lambda text: _one_of(Kind, text, "kind")),
        actor=_read(request, "actor", lambda text: UserId(_id(text, "actor"))),
        on_behalf_of=_read(request, "on_behalf_of", lambda text: UserId(_id(text, "on_behalf_of"))),
        action=_read(request, "action", _short),
        bucket=_read(request, "bucket", BucketName),
        key=_read(request, "key", ObjectKey),
        version=_read(request, "version", lambda text: _id(text, "version")),
        subject=_read(request, "subject", _short),
        result=_read(request, "result", lambda text: _one_of(Result, text, "result")),
        address=_read(request, "address", _short),
        since=_read(request, "from", lambda text: _time(text, "from")),
        until=_read(request, "to", lambda text: _time(text, "to")),
    )
    if query.key is not None and query.bucket is None:
        raise InvalidScalar("The parameter key", "it says which object only with its bucket")
    return query


def terms(request: RestRequest) -> tuple[str, ...]:
    """What makes it another list: a cursor belongs to one."""
    said = (request.parameters.get(each.name) for each in _FILTERS)
    return "audit", request.services.caller.account, *("" if text is None else f"={text}" for text in said)


def _read(request: RestRequest, name: str, value: Callable[[str], T]) -> T | None:
    text = request.parameters.get(name)
    return None if text is None else value(text)


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise InvalidScalar("A parameter", "it is longer than anything on record")
    return text


def _id(text: str, name: str) -> UUID:
    return uuid_text(text, name=f"The parameter {name}")


def _time(text: str, name: str) -> datetime:
    return utc_time(text, name=f"The parameter {name}")


def _one_of(kind: Callable[[str], T], text: str, name: str) -> T:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidScalar(f"The parameter {name}", "there is no such word") from error
