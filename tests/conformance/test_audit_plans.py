"""A page of the audit costs as much as it tells, however much has happened."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.conformance.test_plans import NEVER, Look, explained
from tests.fixtures.databases import Connection, Database, connected, create_copy

ACCOUNT = "123456789012"
SOMEBODY, RARE = UUID(int=1), UUID(int=2)
LATER = datetime.now(UTC) + timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FILL = """
INSERT INTO {table} (at, id, account, actor, on_behalf_of, action, bucket, key, subject, result, request_id)
SELECT now() - make_interval(secs => n), gen_random_uuid(), CASE n % 3 WHEN 0 THEN '{account}' ELSE '999999999999' END,
    CASE n % 3000 WHEN 0 THEN '{rare}' ELSE '{somebody}' END::uuid, CASE n % 3000 WHEN 0 THEN '{somebody}'::uuid END,
    'put_object', 'photos', 'k' || n % 1000, CASE n % 3000 WHEN 0 THEN 'user:1' END, 'done', 'R'
FROM generate_series(1, 60000) n;
ANALYZE {table};
"""


def look(statement: str, **terms: object) -> Look:
    names = ("actor", "on_behalf_of", "action", "bucket", "key", "version", "subject", "result", "address")
    residual = [terms.get(name) for name in names]
    return Look(statement, [ACCOUNT, LATER, UUID(int=0), LONG_AGO, terms.get("kind"), *residual, 101])


LOOKS: Mapping[str, Look] = {
    "all": look("page_audit"),
    "reads": look("page_audit", kind="read"),
    "an action that there is none of": look("page_audit", action="nothing"),
    "an actor": look("page_audit_of_actor", actor=SOMEBODY),
    "a rare actor": look("page_audit_of_actor", actor=RARE),
    "a beneficiary": look("page_audit_of_beneficiary", on_behalf_of=SOMEBODY),
    "an object": look("page_audit_of_object", bucket="photos", key="k3"),
    "an object that is not there": look("page_audit_of_object", bucket="photos", key="nothing"),
    "a subject": look("page_audit_of_subject", subject="user:1"),
}


@pytest.fixture(scope="module")
def filled(template: Database) -> Database:
    fill = "".join(FILL.format(table=table, account=ACCOUNT, rare=RARE, somebody=SOMEBODY) for table in ("audit", "access_log"))
    return asyncio.run(create_copy(template, seed=fill))


@pytest.fixture
async def connection(filled: Database) -> AsyncIterator[Connection]:
    async with connected(filled.owner_dsn) as found:
        await found.execute("SET enable_seqscan = off")
        yield found


@pytest.mark.parametrize("generic", [False, True], ids=["a plan for these values", "a plan for all values"])
@pytest.mark.parametrize("name", LOOKS)
async def test_a_page_is_read_along_an_index(connection: Connection, name: str, generic: bool) -> None:
    plan = await explained(connection, LOOKS[name], generic=generic)
    read = [node for node in plan.nodes if node.get("Actual Loops", 0) and "Relation Name" in node]
    assert plan.kinds & NEVER == set()
    assert {node["Node Type"] for node in read} <= {"Index Scan", "Index Only Scan"}
    assert sum(node["Actual Rows"] for node in read) <= 5000 + len(read)


async def test_what_nobody_did_is_not_looked_for_forever(connection: Connection) -> None:
    plan = await explained(connection, LOOKS["an action that there is none of"])
    assert plan.rows == 1
    assert plan.touched <= 5000 + 200


async def test_a_rare_actor_costs_a_few_pages(connection: Connection) -> None:
    for name in ("a rare actor", "a beneficiary", "an object", "a subject"):
        plan = await explained(connection, LOOKS[name])
        assert plan.touched <= 3 * plan.rows + 200, name
