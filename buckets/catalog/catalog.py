"""The whole catalog on PostgreSQL."""

from buckets.catalog import statements
from buckets.catalog.accounts import PostgresAccounts
from buckets.catalog.buckets import PostgresBuckets
from buckets.catalog.credentials import PostgresCredentials
from buckets.catalog.estates import PostgresEstates
from buckets.catalog.listing import PostgresListing
from buckets.catalog.logins import PostgresLogins
from buckets.catalog.lookups import Lookups
from buckets.catalog.objects import PostgresObjects
from buckets.catalog.pool import Lane, Pool
from buckets.errors import CatalogUnavailable
from buckets.ports import CatalogHealth, Clock, Ids

_Q = statements.load("health")


class PostgresCatalog(
    PostgresAccounts,
    PostgresCredentials,
    PostgresLogins,
    PostgresBuckets,
    PostgresObjects,
    PostgresListing,
    PostgresEstates,
):
    """The `Catalog` port."""

    def __init__(self, pool: Pool, *, ids: Ids, clock: Clock) -> None:
        self._pool = pool
        self._lookups = Lookups(pool)
        self._ids = ids
        self._clock = clock

    @property
    def waiting(self) -> int:
        """Look-ups that have not been sent yet."""
        return self._lookups.waiting

    async def check(self) -> CatalogHealth:
        began = self._clock.monotonic()
        row = await self._pool.row(_Q["check"], lane=Lane.LOOKUP)
        if row is None:
            raise CatalogUnavailable("it answered nothing")
        return CatalogHealth(
            latency_ms=round((self._clock.monotonic() - began) * 1000, 2),
            server_version=row["server_version"],
            migration=row["migration"],
            pool=self._pool.state(),
        )

    async def make_room(self) -> None:
        await self._pool.run(_Q["make_room"], idempotent=True)

    async def close(self) -> None:
        await self._pool.close()
