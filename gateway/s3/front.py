"""The S3 front: one request from its target to the operation that answers it."""

from collections.abc import Mapping

from aiohttp import web

from buckets.errors import StorageError
from gateway.auth.door import Door
from gateway.auth.sigv4.presign import beside_signature
from gateway.edge.exchange import Exchange
from gateway.edge.refusal import refusal_headers
from gateway.edge.respond import whole
from gateway.edge.target import Target
from gateway.s3 import router
from gateway.s3.errors import answer_to
from gateway.s3.request import Resource, S3Request, Surroundings
from gateway.s3.xml.error import error_document


class S3Front:
    """Path-style S3."""

    name = "s3"

    def __init__(self, *, door: Door, around: Surroundings, host_id: str = "seawall") -> None:
        self._door = door
        self._around = around
        self._host_id = host_id

    def marks(self, request_id: str) -> Mapping[str, str]:
        return {"x-amz-request-id": request_id, "x-amz-id-2": self._host_id}

    async def answer(self, exchange: Exchange) -> web.StreamResponse:
        target = Target.parse(exchange.request.raw_path)
        resource, parameters = Resource.parse(target), beside_signature(target.parameters)
        operation = router.find(exchange.method, resource.kind, parameters, exchange.request.headers)
        exchange.operation = operation.name
        admitted = await self._door.admit(exchange, target, anybody=operation.anybody)
        router.must_understand(operation, parameters, exchange.request.headers.items())
        request = S3Request(
            exchange=exchange,
            resource=resource,
            parameters=parameters,
            services=admitted.services,
            payload=admitted.payload,
            around=self._around,
        )
        return await operation.perform(request)

    def refuse(self, exchange: Exchange, error: StorageError, *, last: bool = False) -> web.Response:
        answer = answer_to(error)
        document = error_document(
            answer.code,
            str(error),
            facts={element: getattr(error, fact) for element, fact in answer.facts.items()},
            resource=exchange.request.raw_path.partition("?")[0],
            request_id=exchange.id,
            host_id=self._host_id,
        )
        headers = {"Content-Type": "application/xml", **refusal_headers(error)}
        return whole(exchange, answer.status, headers=headers, body=document, last=last)
