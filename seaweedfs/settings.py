"""What the store of bytes is told from outside."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from buckets.settings import Secret, Unit, setting


class StoreKind(StrEnum):
    """Where blobs are kept."""

    DISK = "disk"
    MEMORY = "memory"
    SEAWEEDFS = "seaweedfs"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """The store of bytes."""

    kind: StoreKind = field(default=StoreKind.DISK, metadata=setting("Where blobs are kept; memory forgets them at the end."))
    directory: Path = field(
        default=Path("seawall-data/blobs"), metadata=setting("The directory of the disk store; nothing else may write to it.")
    )
    endpoints: str = field(
        default="",
        metadata=setting(
            "The addresses of SeaweedFS's S3 gateways, apart by commas, as http://127.0.0.1:8333; all lead to one bucket."
        ),
    )
    bucket: str = field(default="seawall", metadata=setting("The bucket in SeaweedFS; nothing else may write to it."))
    access_key: str = field(default="", metadata=setting("The access key that SeaweedFS knows us by."))
    secret_key: Secret = field(default=Secret(), metadata=setting("The secret of that key.", unit=Unit.CHARACTERS))
    region: str = field(default="us-east-1", metadata=setting("The region that requests to SeaweedFS are signed for."))
    connect_timeout: float = field(
        default=2.0, metadata=setting("How long to wait for a connection to SeaweedFS.", unit=Unit.SECONDS, least=0.1, most=60)
    )
    timeout: float = field(
        default=10.0,
        metadata=setting(
            "How long SeaweedFS may be silent before a request to it is given up.", unit=Unit.SECONDS, least=0.1, most=600
        ),
    )
    connections: int = field(default=64, metadata=setting("Requests at a time to each endpoint of SeaweedFS.", least=1, most=4096))
    queue: int = field(
        default=512,
        metadata=setting("Requests that wait for their turn at an endpoint; more are sent away.", least=0, most=65536),
    )
    piece_bytes: int = field(
        default=8 << 20,
        metadata=setting(
            "Blobs in SeaweedFS are cut into pieces of this size, a power of two, or smaller ones where memory is scarce; a put "
            "holds up to three of them.",
            unit=Unit.BYTES,
            least=1 << 16,
            most=1 << 26,
        ),
    )
    puts: int = field(default=256, metadata=setting("Blobs that are stored at a time.", least=1, most=65536))
    opens: int = field(default=1024, metadata=setting("Blobs that are read at a time.", least=1, most=65536))
    cache_bytes: int = field(
        default=64 << 20,
        metadata=setting("Memory of each process for blobs that were read last; 0 keeps none.", unit=Unit.BYTES, most=1 << 40),
    )
    put_bytes: int = field(
        default=256 << 20,
        metadata=setting(
            "Memory for pieces on their way to SeaweedFS, together; beside it each put holds less than a mebibyte.",
            unit=Unit.BYTES,
            least=1 << 20,
            most=1 << 40,
        ),
    )
