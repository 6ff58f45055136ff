"""What the sessions are told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsSettings:
    """Redis or Valkey: live uploads, rate limits and invalidations. It may be lost at any time."""

    url: Secret = field(
        default=Secret(), metadata=setting("The address: redis://user:password@host/0; empty keeps sessions in the process.")
    )
    timeout: float = field(
        default=0.25,
        metadata=setting(
            "How long one command may take before its answer is done without.", unit=Unit.SECONDS, least=0.01, most=60
        ),
    )
