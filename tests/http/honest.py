"""Holds every answer of the JSON API against its row: what the table says of an operation is what it does."""

from collections.abc import Callable

import msgspec
from aiohttp import web

from buckets.errors import StorageError
from gateway.edge.exchange import Exchange
from gateway.edge.target import Target
from gateway.rest import routes
from gateway.rest.expected import expected
from gateway.rest.front import RestFront
from gateway.rest.problems import problem_of
from gateway.rest.route import JSON, Bytes, Route


class HonestFront(RestFront):
    """The front, which also says what its rows did not; what has no row cannot be held against one."""

    object_to: Callable[[str], None]

    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        response = await super().answer(exchange)
        route = _route(exchange)
        objection = _objection(route, response)
        if objection:
            self.object_to(f"{route.name} answered {response.status}: {objection}")
        return response

    def refuse(self, exchange: Exchange, error: StorageError, *, last: bool = False) -> web.Response:
        if not last:
            self._must_be_expected(exchange, error)
        return super().refuse(exchange, error, last=last)

    def _must_be_expected(self, exchange: Exchange, error: StorageError) -> None:
        try:
            route = _route(exchange)
        except StorageError:
            return
        status = problem_of(error).status
        if status not in expected(route):
            self.object_to(f"{route.name} was refused with {status}, which it is not expected to: {error}")


def _route(exchange: Exchange) -> Route:
    target = Target.parse(exchange.request.raw_path)
    return routes.find(exchange.method, target.path, target.parameters)[0]


def _objection(route: Route, response: web.StreamResponse) -> str | None:
    if response.status not in route.answers:
        return f"only {sorted(route.answers)} were expected"
    kind = route.answers[response.status]
    body = response.body if isinstance(response, web.Response) else None
    if isinstance(kind, Bytes) or route.method == "HEAD":
        return None
    if kind is None:
        return "there is a body" if body else None
    if response.content_type != JSON:
        return f"its type is {response.content_type}"
    return None if isinstance(body, bytes) and _is(kind, body) else f"its body is no {kind.__name__}: {body!r}"


def _is(kind: type, body: bytes) -> bool:
    """Nothing is missing, and nothing is more."""
    try:
        return msgspec.json.encode(msgspec.json.decode(body, type=kind)) == body
    except msgspec.ValidationError:
        return False
