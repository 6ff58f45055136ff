"""The doors of the house: one for each front, and whom each lets in."""

from dataclasses import dataclass

from gateway.auth.authenticate import Authenticator
from gateway.auth.bearer import Bearers
from gateway.auth.door import Door
from gateway.auth.guard import Guard
from gateway.auth.jwt.verifier import JwtVerifier
from gateway.auth.login_verifier import LoginVerifier, SeenLogins
from gateway.auth.sigv4.verifier import SignatureVerifier
from gateway.auth.tokens import BearerVerifier
from gateway.auth.uses import Uses
from gateway.build.services import Parts, services


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Who signed in comes in by the JSON API only."""

    rest: Door
    s3: Door


def doors(parts: Parts, *, region: str, seen: SeenLogins, uses: Uses, jwts: JwtVerifier | None) -> Doors:
    catalog, guard = parts.catalog, Guard(services(parts))
    signatures = SignatureVerifier(find=catalog.find_key_pair, seal=parts.seal, clock=parts.clock, region=region)
    api_keys, logins = BearerVerifier(find=catalog.find_api_key), LoginVerifier(catalog, seen=seen)

    def door(bearers: Bearers) -> Door:
        authenticator = Authenticator(signatures=signatures, bearers=bearers)
        return Door(authenticator=authenticator, guard=guard, find_user=catalog.find_user, uses=uses)

    return Doors(
        rest=door(Bearers(api_keys=api_keys, jwts=jwts, logins=logins)),
        s3=door(Bearers(api_keys=api_keys, jwts=jwts)),
    )
