"""What authentication is told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """How secrets are kept."""

    seal_key: Secret = field(
        default=Secret(),
        metadata=setting(
            "The key that seals the secrets of key pairs, 32 random bytes in base64 (`openssl rand -base64 32`).",
            unit=Unit.CHARACTERS,
            least=44,
            most=44,
        ),
    )
