"""`/v1/openapi.json`: the description of the JSON API, made from the table of its routes.

https://spec.openapis.org/oas/v3.1.0
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from itertools import groupby
from typing import Any

import msgspec
from aiohttp import web

from gateway.edge.entity_tags import EntityTags
from gateway.edge.respond import whole
from gateway.edge.serving import quoted
from gateway.rest import vocabulary
from gateway.rest.operation import path_item, problem_name
from gateway.rest.problems import CONTENT_TYPE, TABLE, ProblemDocument
from gateway.rest.request import PublicRequest
from gateway.rest.route import JSON, Bytes, PublicRoute, Route
from gateway.rest.vocabulary import Schema


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The description of an API as OpenAPI wants it."""

    openapi: str
    info: Mapping[str, Any]
    security: Sequence[Mapping[str, Any]]
    paths: Mapping[str, Any]
    components: Mapping[str, Any]


def routes_about(resources: Sequence[Route]) -> tuple[Route, ...]:
    """The row of the description, which tells of these rows and of itself."""

    @cache
    def text() -> bytes:
        return msgspec.json.encode(described((*resources, own)))

    async def get_description(request: PublicRequest) -> web.StreamResponse:
        return _told(request, text())

    own = PublicRoute(
        name="GetDescription",
        method="GET",
        path="openapi.json",
        handle=get_description,
        summary="Read this description.",
        headers=("if-none-match",),
        answers={200: Description, 304: None},
    )
    return (own,)


def written(routes: Iterable[Route]) -> str:
    """The text of `docs/openapi.json`."""
    return msgspec.json.format(msgspec.json.encode(described(routes)), indent=2).decode() + "\n"


def described(routes: Iterable[Route]) -> Description:
    rows = sorted(routes, key=lambda row: (row.path, row.method, row.part))
    return Description(
        openapi="3.1.0",
        info=vocabulary.INFO,
        security=[{scheme: []} for scheme in vocabulary.SECURITY],
        paths={f"/v1/{path}": path_item(path, [*here]) for path, here in groupby(rows, key=lambda row: row.path)},
        components={
            "schemas": _schemas(rows) | vocabulary.SCHEMAS,
            "responses": dict(_problems()),
            "headers": vocabulary.ANSWER_HEADERS,
            "securitySchemes": vocabulary.SECURITY,
        },
    )


def _told(request: PublicRequest, text: bytes) -> web.Response:
    tag = sha256(text).hexdigest()[:32]
    headers = {"ETag": quoted(tag), "Cache-Control": "public, max-age=300"}
    unmatched = request.exchange.header("If-None-Match")
    if unmatched is not None and EntityTags.parse(unmatched).hold_weakly(tag):
        return whole(request.exchange, 304, headers=headers)
    return whole(request.exchange, 200, headers={**headers, "Content-Type": JSON}, body=text)


def _schemas(rows: Sequence[Route]) -> Schema:
    """Of all structs that the rows name, and of those inside them."""
    kinds = {kind for row in rows for kind in (*row.bodies, *row.answers.values()) if kind and not isinstance(kind, Bytes)}
    kinds.add(ProblemDocument)
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return dict(sorted(schemas.items()))


def _problems() -> Iterable[tuple[str, Schema]]:
    """An answer for each status that problems come with."""
    slugs: dict[int, dict[str, None]] = {}
    for problem in TABLE.values():
        slugs.setdefault(problem.status, {})[problem.slug] = None
    for status, known in sorted(slugs.items()):
        yield problem_name(status), _problem(status, sorted(known))


def _problem(status: int, slugs: Sequence[str]) -> Schema:
    headers = ("X-Request-Id", *vocabulary.TOLD_WITH.get(status, ()))
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{slug}`' for slug in slugs)}.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {CONTENT_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}},
    }
