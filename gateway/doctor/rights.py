"""Verdicts on what the service's role may do. The rule is that of `buckets/catalog/grants.sql`; a test holds the two together."""

from collections.abc import Sequence

from buckets.catalog.vitals import Rights, Role
from gateway.doctor.finding import Finding, failed, warned, well

NAME = "postgres.rights"
SET_ANEW = "Run `seawall migrate up` as the role that owns the tables: it sets the rights anew."
_EXCESS = "postgres.excess"
_WORK = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_RECORDS = frozenset({"audit", "audit_seal", "access_log"})
_READ_ONLY = frozenset({"schema_migration", "audit_removal"})
_ASKED = frozenset({"ensure_partitions", "remove_partition"})
_MANY = 4


def no_schema(role: Role) -> Finding:
    return failed(NAME, f"{role.name} may not use the schema", SET_ANEW)


def needed(role: Role, held: Sequence[Rights], *, service: str) -> Finding:
    lacking = [f"{right} {each.name}" for each in held for right in sorted(_due(each) - each.held)]
    if not lacking:
        return well(NAME, f"{role.name} may do its work")
    if role.name != service:
        return failed(
            NAME, f"{role.name} may not {_some(lacking)}", f"Log in as {service}, or set catalog.service_role and migrate."
        )
    return failed(NAME, f"{role.name} may not {_some(lacking)}", SET_ANEW)


def excessive(role: Role, held: Sequence[Rights], *, production: bool) -> Finding:
    """One role for everything is no harm where nothing is at stake."""
    verdict = failed if production else warned
    if role.superuser or role.owns:
        what = "is a superuser" if role.superuser else "owns the tables"
        remedy = "Give the service a role of its own: CREATE ROLE seawall_service LOGIN PASSWORD '…', then `seawall migrate up`."
        return verdict(_EXCESS, f"{role.name} {what}: it could rewrite the audit", remedy)
    if role.powers:
        remedy = f"Take them away: ALTER ROLE {role.name} NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS, or REVOKE."
        return verdict(_EXCESS, f"{role.name} has {_some(sorted(role.powers))}", remedy)
    if extra := [f"{right} {each.name}" for each in held for right in sorted((each.held | each.partly) - _due(each))]:
        return verdict(_EXCESS, f"{role.name} may {_some(extra)}", SET_ANEW)
    return well(_EXCESS, f"{role.name} can change neither the schema nor the audit")


def _due(rights: Rights) -> frozenset[str]:
    match rights.kind:
        case "function":
            return frozenset({"EXECUTE"} if rights.name in _ASKED else ())
        case "partition":
            return frozenset()
        case "view":
            return frozenset({"SELECT"})
    if rights.name in _READ_ONLY:
        return frozenset({"SELECT"})
    return frozenset({"SELECT", "INSERT"}) if rights.name in _RECORDS else _WORK


def _some(rights: Sequence[str]) -> str:
    more = len(rights) - _MANY
    return ", ".join(rights[:_MANY]) + (f" and {more} more" if more > 0 else "")
