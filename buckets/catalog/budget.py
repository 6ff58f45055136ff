"""Whether the server has enough connections for all processes of this program."""

from buckets.catalog import statements
from buckets.catalog.pool import Pool
from buckets.errors import BrokenSetting, CatalogUnavailable

_Q = statements.load("budget")


async def check_budget(pool: Pool, processes: int) -> None:
    """Better refused at start than in the middle of the busiest hour."""
    row = await pool.row(_Q["connection_budget"])
    if row is None:
        raise CatalogUnavailable("it did not say how many connections it takes")
    each, total, reserved = pool.state().max, row["total"], row["reserved"]
    if processes * each > total - reserved:
        raise BrokenSetting(
            f"{processes} processes of up to {each} catalog connections each want {processes * each}, but the database gives"
            f" {total - reserved} ({total} less {reserved} reserved ones): run fewer processes, lower the pool's maximum or raise"
            " max_connections"
        )
