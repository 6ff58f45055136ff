"""The catalog in dictionaries. One event loop, no awaits in the middle: every method is atomic by itself."""

from buckets.memory.accounts import MemoryAccounts
from buckets.memory.buckets import MemoryBuckets
from buckets.memory.commit import MemoryCommit
from buckets.memory.credentials import MemoryCredentials
from buckets.memory.estates import MemoryEstates
from buckets.memory.logins import MemoryLogins
from buckets.memory.objects import MemoryObjects
from buckets.ports import CatalogHealth, PoolState


class MemoryCatalog(MemoryAccounts, MemoryCredentials, MemoryLogins, MemoryBuckets, MemoryCommit, MemoryObjects, MemoryEstates):
    """The `Catalog` port."""

    async def check(self) -> CatalogHealth:
        pool = PoolState(size=0, idle=0, waiting=0, max=0)
        return CatalogHealth(latency_ms=0.0, server_version="memory", migration=0, pool=pool)

    async def make_room(self) -> None:
        """There is no other place than memory."""

    async def close(self) -> None:
        """Nothing to let go."""
