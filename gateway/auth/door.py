"""The door between the fronts and the house: a request goes in, the services that its caller may use come out."""

from dataclasses import dataclass

from buckets.errors import AddressNotAdmitted, NotAuthenticated
from buckets.model.account import Caller
from gateway.auth.act_as import FindUser, acting, named
from gateway.auth.authenticate import Authenticator
from gateway.auth.guard import Guard, Guarded
from gateway.auth.permit import Request
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import AMZ_CONTENT_SHA256, Payload
from gateway.auth.uses import Uses
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
    find_user: FindUser
    uses: Uses

    async def admit(self, exchange: Exchange, target: Target, *, anybody: bool = False) -> Admitted:
        """With `anybody`, somebody who does not say who it is comes in as well, and may what everybody may."""
        request = SignedRequest(exchange.method, target.path, target.query, tuple(exchange.request.headers.items()))
        authenticated = await self.authenticator.authenticate(request)
        if authenticated is None:
            return self._stranger(exchange, request, anybody=anybody)
        _must_be_admitted(authenticated.caller, exchange)
        if authenticated.caller.credential:
            self.uses.note(authenticated.caller.credential)
        user = named(request)
        caller = authenticated.caller if user is None else await acting(authenticated.caller, user, self.find_user)
        exchange.tier = caller.tier
        services = self.guard.for_caller(caller, _facts(exchange))
        return Admitted(services, _payload(request, authenticated.payload))

    def _stranger(self, exchange: Exchange, request: SignedRequest, *, anybody: bool) -> Admitted:
        if not anybody:
            raise NotAuthenticated("there is no Authorization header")
        return Admitted(self.guard.for_caller(None, _facts(exchange)), _payload(request, Payload(None)))


def _must_be_admitted(caller: Caller, exchange: Exchange) -> None:
    """Asked after the proof: a stranger does not learn where a key may be used."""
    if not caller.grant.admits(exchange.address):
        raise AddressNotAdmitted


def _facts(exchange: Exchange) -> Request:
    return Request(id=exchange.id, address=exchange.address, agent=exchange.agent, found=exchange.found, reads=exchange.reads)


def _payload(request: SignedRequest, said: Payload) -> Payload:
    """What a header says of the body holds for bearers as well: their body may be no more in an unknown mode than a signed one."""
    header = request.value(AMZ_CONTENT_SHA256)
    return said if header is None else Payload.parse(header)
