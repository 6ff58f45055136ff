"""Verdicts on a PostgreSQL server."""

from buckets.catalog.vitals import Server
from gateway.doctor.finding import Finding, failed, warned, well

_OLDEST = 15


def version(server: Server) -> Finding:
    name = "postgres.version"
    if server.number < _OLDEST * 10_000:
        return failed(name, f"PostgreSQL {server.version}", f"Upgrade it: {_OLDEST} is the oldest that Seawall works with.")
    return well(name, f"PostgreSQL {server.version}")


def writes(server: Server) -> Finding:
    name = "postgres.writes"
    if server.read_only:
        return failed(
            name, "it is read-only", "Give the address of the primary, and take default_transaction_read_only away from the role."
        )
    return well(name, "it can be written to")


def durability(server: Server, *, production: bool) -> Finding:
    """`synchronous_commit` off loses acknowledged commits even when only PostgreSQL is killed; `fsync` off when the power fails."""
    name = "postgres.durability"
    if not server.awaited:
        return failed(
            name,
            "synchronous_commit is off: a crash loses what was acknowledged",
            "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf(); and take it away from the role and the database.",
        )
    if not server.synced:
        verdict = failed if production else warned
        return verdict(
            name,
            "fsync or full_page_writes is off: a power cut loses or breaks the database",
            "ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();",
        )
    return well(name, "a commit survives kill -9 and a power cut")


def connections(server: Server, *, each: int, processes: int) -> Finding:
    """Of all processes that these settings start; whoever else connects comes on top."""
    name = "postgres.connections"
    limits = (server.total - server.reserved, server.role_limit, server.database_limit)
    given = min(limit for limit in limits if limit >= 0)
    wanted = each * processes
    found = f"{processes} {'process wants' if processes == 1 else 'processes want'} up to {wanted}, {given} are given"
    if wanted > given:
        return failed(name, found, "Raise max_connections (or the role's CONNECTION LIMIT), or lower workers or catalog.pool_max.")
    return well(name, found)
