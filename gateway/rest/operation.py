"""One operation of the description: what the rows of one path and method say together.

OpenAPI knows one operation for a method and a path. Rows that differ only in the part of the resource that they are about share
one: it knows the parameters of all of them, the names of the parts among them, and may answer like any.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Any

from gateway.rest import vocabulary
from gateway.rest.expected import expected
from gateway.rest.route import JSON, Bytes, Parameter, PublicRoute, Route
from gateway.rest.vocabulary import Schema

_NO_VALUE: Mapping[str, Any] = {"type": "string", "maxLength": 0}
_ANYTHING: Schema = {}


def path_item(path: str, rows: Sequence[Route]) -> Schema:
    """Of rows in the order of their methods, and those in the order of their parts."""
    named = [word[1:-1] for word in path.split("/") if word.startswith("{")]
    parts = [{"name": name, "in": "path", "required": True, "schema": vocabulary.PATH_PARTS[name]} for name in named]
    operations = {method.lower(): _operation([*here]) for method, here in groupby(rows, key=lambda row: row.method)}
    return ({"parameters": parts} if parts else {}) | operations


def problem_name(status: int) -> str:
    """What the answer with a problem of that status is called."""
    return f"Problem{status}"


def _operation(rows: Sequence[Route]) -> Schema:
    """The resource itself comes before its parts. Where it has none but parts, it is called by all of them."""
    first = rows[0]
    operation: Schema = {
        "operationId": "Or".join(row.name for row in rows) if first.part else first.name,
        "tags": [first.path.partition("/")[0].removesuffix(".json")],
        "summary": "What one of the parameters says." if first.part else first.summary,
        "description": "\n\n".join(_sentences(rows)),
        "parameters": [*_queries(rows), *_headers(rows)],
        "requestBody": _body(rows),
        "responses": _answers(rows),
    }
    return {name: said for name, said in operation.items() if said} | _security(first)


def _security(row: Route) -> Schema:
    """Where it differs from that of all: none is asked for, or none is needed."""
    if isinstance(row, PublicRoute):
        return {"security": []}
    return {"security": [*({scheme: []} for scheme in vocabulary.SECURITY), {}]} if row.anybody else {}


def _sentences(rows: Iterable[Route]) -> Iterator[str]:
    yield from (f"`?{row.part}`: {row.summary}" for row in rows if row.part)
    known = {header for row in rows for header in row.headers}
    yield from (sentence for family, sentence in vocabulary.FAMILIES.items() if family in known)


def _queries(rows: Iterable[Route]) -> Iterator[Schema]:
    """A part that has a value is a parameter of its row as well."""
    known = {parameter.name: parameter for row in rows for parameter in (*_part(row), *row.parameters)}
    for parameter in known.values():
        empty = {"allowEmptyValue": True} if parameter.schema is _NO_VALUE else {}
        yield {"name": parameter.name, "in": "query", "description": parameter.sentence, "schema": parameter.schema, **empty}


def _part(row: Route) -> Iterator[Parameter]:
    if row.part:
        yield Parameter(row.part, row.summary, _NO_VALUE)


def _headers(rows: Iterable[Route]) -> Iterator[Schema]:
    known = dict.fromkeys(header for row in rows for header in row.headers)
    yield from ({"in": "header", **vocabulary.HEADERS[name]} for name in known if name in vocabulary.HEADERS)


def _body(rows: Sequence[Route]) -> Schema | None:
    """It may be left out when one of the rows has none, or can do without."""
    bodies = [(media, kind) for row in rows for kind in row.bodies for media in _media(row, kind)]
    return {"required": all(row.bodies and not row.may_be_absent for row in rows), "content": _content(bodies)} if bodies else None


def _media(row: Route, kind: type | Bytes) -> Sequence[str]:
    return (kind.value,) if isinstance(kind, Bytes) else row.media


def _answers(rows: Sequence[Route]) -> Schema:
    statuses = sorted({status for row in rows for status in row.answers})
    problems = sorted({status for row in rows for status in expected(row)})
    return {str(status): _answer(status, rows) for status in statuses} | {
        str(status): {"$ref": f"#/components/responses/{problem_name(status)}"} for status in problems
    }


def _answer(status: int, rows: Iterable[Route]) -> Schema:
    """An object's bytes come as whatever they were stored as."""
    kinds = [row.answers[status] for row in rows if status in row.answers]
    content = _content(("*/*" if isinstance(kind, Bytes) else JSON, kind) for kind in kinds if kind is not None)
    headers = ("X-Request-Id", *vocabulary.TOLD_WITH.get(status, ()))
    answer = {
        "description": HTTPStatus(status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
    }
    return answer | ({"content": content} if content else {})


def _content(kinds: Iterable[tuple[str, type | Bytes]]) -> Schema:
    """By media type; where there are several kinds of one, any of them."""
    schemas: dict[str, list[Schema]] = {}
    for media, kind in dict.fromkeys(kinds):
        schemas.setdefault(media, []).append(_schema(kind))
    return {media: {"schema": each[0] if len(each) == 1 else {"anyOf": each}} for media, each in schemas.items()}


def _schema(kind: type | Bytes) -> Schema:
    if isinstance(kind, Bytes):
        return vocabulary.FORM if kind is Bytes.FORM else _ANYTHING
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
