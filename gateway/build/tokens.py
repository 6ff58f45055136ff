"""Whose tokens are believed, as the settings say."""

from contextlib import AsyncExitStack

from buckets.ports import Catalog, Clock
from gateway.auth.jwt.claims import Expected
from gateway.auth.jwt.issuer import Issuer
from gateway.auth.jwt.key_set import LARGEST
from gateway.auth.jwt.verifier import JwtVerifier
from gateway.auth.settings import AuthSettings
from gateway.edge.outbound import SmallDocument


def jwts(settings: AuthSettings, catalog: Catalog, clock: Clock, stack: AsyncExitStack) -> JwtVerifier | None:
    """None where no issuer is named. Nothing is fetched before the first token comes."""
    if not settings.jwt_issuer:
        return None
    issuer = Issuer(SmallDocument(url=settings.jwt_jwks_url, largest=LARGEST).fetch, clock=clock)
    stack.push_async_callback(issuer.close)
    expected = Expected(
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        user_claim=settings.jwt_user_claim,
        leeway=settings.jwt_leeway,
    )
    return JwtVerifier(expected=expected, issuer=issuer, find=catalog.find_caller_by_identity, clock=clock)
