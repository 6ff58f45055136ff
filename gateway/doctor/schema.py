"""Verdicts on a schema."""

from collections.abc import Sequence

from buckets.catalog.steps import MigrationState, MigrationStatus
from gateway.doctor.finding import Finding, failed, warned, well

NAME = "postgres.schema"


def migrations(statuses: Sequence[MigrationStatus]) -> Finding:
    """Whether it is exactly the one that this program was written for."""
    strangers, changed, pending = (
        [each for each in statuses if each.state is state]
        for state in (MigrationState.UNKNOWN, MigrationState.CHANGED, MigrationState.PENDING)
    )
    last = max((each.number for each in statuses if each.applied_at), default=0)
    gap = [each for each in pending if each.number < last]
    if strangers:
        return failed(NAME, f"{_list(strangers)} of a newer program is applied", "Run the newer program.")
    if changed:
        return failed(NAME, f"{_list(changed)} is not what was applied", "Run the program that is released, with its own files.")
    if gap:
        return failed(NAME, f"{_list(gap)} is missing below {last:04}", "Restore the ledger schema_migration from a backup.")
    if pending:
        return failed(NAME, f"{_list(pending)} is not applied", "Run `seawall migrate up` as the role that owns the tables.")
    return well(NAME, f"all {len(statuses)} migrations are applied")


def partitions(missing: Sequence[str]) -> Finding:
    name = "postgres.partitions"
    if missing:
        return warned(
            name,
            f"{', '.join(missing)} is missing",
            "See that a worker runs: it makes them once a day. By hand: SELECT ensure_partitions();",
        )
    return well(name, "made for this month and the next")


def _list(statuses: Sequence[MigrationStatus]) -> str:
    return ", ".join(map(str, statuses))
