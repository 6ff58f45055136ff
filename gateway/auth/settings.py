"""What authentication is told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """How secrets are kept, and whose tokens are believed."""

    seal_key: Secret = field(
        default=Secret(),
        metadata=setting(
            "The key that seals the secrets of key pairs, 32 random bytes in base64 (`openssl rand -base64 32`).",
            unit=Unit.CHARACTERS,
            least=44,
            most=44,
        ),
    )
    jwt_issuer: str = field(
        default="",
        metadata=setting("Who signs the tokens (JWT) of your users, exactly as `iss` says it; empty believes nobody."),
    )
    jwt_audience: str = field(default="", metadata=setting("What the `aud` of a token must hold: the name of this service there."))
    jwt_jwks_url: str = field(
        default="", metadata=setting("Where the issuer publishes its keys: an https address, or http on this machine.")
    )
    jwt_user_claim: str = field(
        default="sub", metadata=setting("The claim that names the user, as users are told apart in their `identities`.")
    )
    jwt_leeway: float = field(
        default=30.0,
        metadata=setting("How far the clocks of the issuer and this service may be apart.", unit=Unit.SECONDS, least=0, most=300),
    )
