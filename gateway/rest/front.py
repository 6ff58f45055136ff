"""The JSON front: one request from its target to the handler that answers it."""

from collections.abc import Mapping

from aiohttp import web

from buckets.errors import StorageError
from gateway.auth.door import Door
from gateway.auth.sigv4.presign import beside_signature
from gateway.edge.exchange import Exchange
from gateway.edge.refusal import refusal_headers
from gateway.edge.respond import whole
from gateway.edge.target import Target
from gateway.rest import routes
from gateway.rest.problems import CONTENT_TYPE, problem_document, problem_of
from gateway.rest.request import PublicRequest, RestRequest
from gateway.rest.route import PublicRoute
from gateway.rest.surroundings import Surroundings


class RestFront:
    """The JSON API."""

    name = "rest"

    def __init__(self, *, door: Door, around: Surroundings) -> None:
        self._door = door
        self._around = around

    def marks(self, request_id: str) -> Mapping[str, str]:
        return {"X-Request-Id": request_id}

    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        target = Target.parse(exchange.request.raw_path)
        parameters = beside_signature(target.parameters)
        route, parts = routes.find(exchange.method, target.path, parameters)
        exchange.operation = route.name
        if isinstance(route, PublicRoute):
            routes.must_understand(route, parameters, exchange.request.headers)
            return await route.handle(PublicRequest(exchange=exchange, parts=parts, parameters=parameters, around=self._around))
        admitted = await self._door.admit(exchange, target, anybody=route.anybody)
        routes.must_understand(route, parameters, exchange.request.headers)
        request = RestRequest(
            exchange=exchange,
            parts=parts,
            parameters=parameters,
            services=admitted.services,
            payload=admitted.payload,
            around=self._around,
        )
        return await route.handle(request)

    def refuse(self, exchange: Exchange, error: StorageError, *, last: bool = False) -> web.Response:
        status = problem_of(error).status
        headers = {"Content-Type": CONTENT_TYPE, **refusal_headers(error)}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        instance = exchange.request.raw_path.partition("?")[0]
        document = problem_document(error, instance=instance, request_id=exchange.id)
        return whole(exchange, status, headers=headers, body=document, last=last)
