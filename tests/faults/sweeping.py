"""Time passes for garbage, by SQL: leases run out, grace is over, and a sweep is due."""

from uuid import UUID

from buckets.catalog.garbage import PostgresGarbage
from buckets.memory.phases import MemoryPhases
from buckets.service.sweep import Sweep, SweepTerms
from tests.faults.depot import Depot
from tests.fixtures.databases import connected
from tests.fixtures.pools import opened

_ABANDON = "UPDATE blob_lease SET until = now() - interval '1 day'"
_AGE = "UPDATE blob SET erase_at = now() WHERE state = 'condemned'"
_DUE = """
    UPDATE job SET run_at = now(), leased_until = CASE state WHEN 'running' THEN now() END
    WHERE kind = 'sweep' AND state IN ('waiting', 'running');
    UPDATE job_schedule SET next_at = now() WHERE kind = 'sweep';
"""


async def abandon(dsn: str) -> None:
    """All leases have run out, and a worker that is there sweeps."""
    async with connected(dsn) as connection:
        await connection.execute(_ABANDON)
        await connection.execute(_DUE)


async def sweep_all(dsn: str, depot: Depot) -> None:
    """Until nothing is left to erase, not even for the second time."""
    async with opened(dsn) as pool, connected(dsn) as connection, depot.opened() as store:
        sweep = Sweep(garbage=PostgresGarbage(pool), stores={"default": store}, phases=MemoryPhases(), terms=SweepTerms())
        for _ in range(3):
            await connection.execute(_AGE)
            await sweep.pass_once(lambda _: None)
        assert not await connection.fetch("SELECT FROM blob WHERE state = 'condemned'")


async def needed(dsn: str) -> dict[UUID, int]:
    """The blobs that versions refer to, with their sizes."""
    async with connected(dsn) as connection:
        rows = await connection.fetch(
            "SELECT id, size FROM blob WHERE id IN (SELECT first_blob FROM version UNION SELECT blob FROM extent)"
        )
        return {row["id"]: row["size"] for row in rows}
