"""What the sessions are told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsSettings:
    """Redis or Valkey, 6.2 or newer: uploads under way and locks, for all processes. It may be lost at any time."""

    url: Secret = field(
        default=Secret(), metadata=setting("The address: redis://user:password@host/0; empty keeps sessions in the process.")
    )
    timeout: float = field(
        default=0.25,
        metadata=setting(
            "How long a request may wait for it; then it is done without until it answers again.",
            unit=Unit.SECONDS,
            least=0.01,
            most=60,
        ),
    )
