"""What the listeners are told from outside."""

from dataclasses import dataclass, field

from buckets.settings import Secret, Unit, setting

GIB = 1 << 30
PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """The two listeners: data for everybody, operations for the operator."""

    host: str = field(default="127.0.0.1", metadata=setting("The address that the data listener binds."))
    port: int = field(default=9000, metadata=setting("The port of the data listener; 0 takes a free one.", most=PORT))
    ops_host: str = field(
        default="127.0.0.1", metadata=setting("The address that the operations listener binds; beyond loopback it needs a token.")
    )
    ops_port: int = field(default=9001, metadata=setting("The port of the operations listener; 0 takes a free one.", most=PORT))
    ops_token: Secret = field(
        default=Secret(),
        metadata=setting(
            "What operations requests carry as `Authorization: Bearer`, 16 characters or more.",
            unit=Unit.CHARACTERS,
            least=16,
            most=1024,
        ),
    )
    public_base_url: str = field(
        default="", metadata=setting("The address that clients use, where it is not the listener's own: https://files.example.org.")
    )
    region: str = field(default="us-east-1", metadata=setting("The region that S3 clients sign for."))
    max_body_bytes: int = field(
        default=5 * GIB, metadata=setting("The largest body of one request.", unit=Unit.BYTES, least=1, most=5 * GIB)
    )
    header_timeout: float = field(
        default=10.0, metadata=setting("How long a client may take to send its headers.", unit=Unit.SECONDS, least=1, most=300)
    )
    keepalive: float = field(
        default=75.0, metadata=setting("How long an idle connection is kept for the next request.", unit=Unit.SECONDS, most=3600)
    )
    drain_seconds: float = field(
        default=20.0, metadata=setting("How long requests in flight may go on after the stop signal.", unit=Unit.SECONDS, most=3600)
    )
