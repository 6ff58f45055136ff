"""What the store of bytes is told from outside."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from buckets.settings import setting


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
