"""Stores on a directory, and what lies there."""

from pathlib import Path
from uuid import UUID

from buckets.names import BlobId
from seaweedfs.disk import DiskBlobStore

BLOB = BlobId(UUID("01941b2e-9f6a-7c3d-8e4f-0123456789ab"))


async def prepared(root: Path) -> DiskBlobStore:
    store = DiskBlobStore(root)
    await store.prepare()
    return store


def files(root: Path) -> list[str]:
    """Whatever lies there, looked at past the store."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())
