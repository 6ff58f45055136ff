"""The door between the fronts and the house: a request goes in, the services that its caller may use come out."""

from dataclasses import dataclass

from gateway.auth.authenticate import Authenticator
from gateway.auth.guard import Guard, Guarded
from gateway.auth.permit import Request
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256, Payload
from gateway.edge.exchange import Exchange
from gateway.edge.target import Target


@dataclass(frozen=True, slots=True)
class Admitted:
    """What an authenticated caller may do, and what it said of the body."""

    services: Guarded
    payload: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Every front has one; there is no other way to the services."""

    authenticator: Authenticator
    guard: Guard

    async def admit(self, exchange: Exchange, target: Target) -> Admitted:
        request = SignedRequest(exchange.method, target.path, target.query, tuple(exchange.request.headers.items()))
        authenticated = await self.authenticator.authenticate(request)
        exchange.tier = authenticated.caller.tier
        services = self.guard.for_caller(authenticated.caller, _facts(exchange))
        return Admitted(services, _payload(request, authenticated.payload))


def _facts(exchange: Exchange) -> Request:
    return Request(id=exchange.id, address=exchange.address, agent=exchange.agent, found=exchange.found, reads=exchange.reads)


def _payload(request: SignedRequest, said: Payload) -> Payload:
    """What a header says of the body holds for bearers as well: their body may be no more in an unknown mode than a signed one."""
    header = request.value(AMZ_CONTENT_SHA256)
    return said if header is None else Payload.parse(header)
