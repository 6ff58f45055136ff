"""Where bytes go."""

import asyncio

from buckets.errors import BrokenSetting
from buckets.memory.blobs import MemoryBlobStore
from buckets.ports import BlobStore
from seaweedfs.disk import DiskBlobStore
from seaweedfs.settings import StoreKind, StoreSettings


async def blob_store(settings: StoreSettings) -> BlobStore:
    """The store that the settings name, ready to be written to."""
    if settings.kind is StoreKind.MEMORY:
        return MemoryBlobStore()
    if settings.kind is StoreKind.SEAWEEDFS:
        raise BrokenSetting("The store seaweedfs is not there yet: store.kind is disk or memory")
    await asyncio.to_thread(settings.directory.mkdir, mode=0o700, parents=True, exist_ok=True)
    store = DiskBlobStore(settings.directory)
    await store.prepare()
    return store
