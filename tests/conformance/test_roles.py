"""The service's role does its work, and can neither unmake the schema nor rewrite what has happened."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.migrate import Migrator
from gateway.system import SystemClock, SystemIds
from tests.fixtures.databases import Connection, Database, connected, superuser_dsn
from tests.fixtures.pools import opened

pytestmark = pytest.mark.every_postgres

ACCOUNT = "INSERT INTO account (id, canonical_id, name) VALUES ('123456789012', repeat('a', 64), 'one')"
RECORDS = {
    "audit": "INSERT INTO audit (at, id, account, action, result, request_id)"
    " VALUES (now(), gen_random_uuid(), '123456789012', 'put', 'done', 'R')",
    "access_log": "INSERT INTO access_log (at, id, account, action, result, request_id)"
    " VALUES (now(), gen_random_uuid(), '123456789012', 'get', 'done', 'R')",
    "audit_seal": "INSERT INTO audit_seal (number, first_at, first_id, last_at, last_id, entries, hash)"
    " VALUES (1, now(), gen_random_uuid(), now(), gen_random_uuid(), 1, sha256('x'))",
}
PARTITIONS = """
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
    WHERE inhparent IN ('audit'::regclass, 'access_log'::regclass)
"""
RIGHTS = """
    SELECT nspname AS name, has_schema_privilege($1, oid, 'USAGE, CREATE') AS granted FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT relname, has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
    UNION ALL
    SELECT proname, has_function_privilege($1, oid, 'EXECUTE') FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Connection]:
    async with connected(database.service_dsn) as connection:
        yield connection


async def test_the_service_works_in_every_ordinary_table(service: Connection) -> None:
    await service.execute(ACCOUNT)
    await service.execute("UPDATE account SET name = 'two'")
    assert await service.fetchval("SELECT name FROM account FOR UPDATE") == "two"
    await service.execute("DELETE FROM account")


@pytest.mark.parametrize("table", RECORDS)
async def test_the_service_adds_to_the_records_and_reads_them(service: Connection, table: str) -> None:
    await service.execute(RECORDS[table])

    assert await service.fetchval(f"SELECT count(*) FROM {table}") == 1


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize(
    "deed", ["DELETE FROM {}", "UPDATE {} SET created_at = now()", "TRUNCATE {}", "SELECT 1 FROM {} FOR UPDATE"]
)
async def test_the_service_cannot_rewrite_the_records(service: Connection, table: str, deed: str) -> None:
    column = "created_at" if table == "audit_seal" else "at"
    await service.execute(RECORDS[table])

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(deed.replace("created_at", column).format(table))


@pytest.mark.parametrize("deed", ["DELETE FROM {}", "UPDATE {} SET at = now()", "TRUNCATE {}", "DROP TABLE {}", "SELECT 1 FROM {}"])
async def test_the_service_cannot_touch_a_partition_past_its_parent(service: Connection, deed: str) -> None:
    partitions = [row["name"] for row in await service.fetch(PARTITIONS)]

    assert len(partitions) > 10
    for partition in partitions:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(deed.format(partition))


@pytest.mark.parametrize(
    "deed",
    [
        "CREATE TABLE mine (id integer)",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE INDEX mine ON account (name)",
        "CREATE TRIGGER mine BEFORE UPDATE ON audit EXECUTE FUNCTION touch_updated_at()",
        "CREATE TABLE audit_mine PARTITION OF audit FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')",
        "ALTER TABLE account ADD COLUMN mine integer",
        "ALTER TABLE audit DETACH PARTITION audit_default",
        "ALTER FUNCTION ensure_partitions() SECURITY INVOKER",
        "DROP TABLE account",
        "DROP TABLE audit",
        "DROP SCHEMA public CASCADE",
        "TRUNCATE account",
        "TRUNCATE audit",
        "INSERT INTO schema_migration (number, name, sha256) VALUES (99, 'mine', 'x')",
        "UPDATE schema_migration SET sha256 = 'x'",
        "DELETE FROM schema_migration",
        "SELECT ensure_partition('account', 'mine', now(), now())",
        "CREATE ROLE mine",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SET session_replication_role = replica",
    ],
)
async def test_the_service_cannot_change_the_schema(service: Connection, deed: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(deed)


@pytest.mark.parametrize("view", ["listed_head", "kept_version", "audit_entry", "audit_removal"])
async def test_the_service_reads_views_and_what_was_removed_and_no_more(service: Connection, view: str) -> None:
    assert await service.fetchval(f"SELECT count(*) FROM {view}") == 0
    for right in ("INSERT", "UPDATE", "DELETE"):
        assert not await service.fetchval("SELECT has_table_privilege($1, $2)", view, right)


async def test_the_service_owns_nothing(database: Database, service: Connection) -> None:
    owned = await service.fetchval("SELECT count(*) FROM pg_class WHERE relowner = $1::regrole", database.service.role)

    assert owned == 0


async def test_the_service_makes_coming_partitions_without_a_right_to_create(database: Database, service: Connection) -> None:
    async with connected(database.owner_dsn) as owner:
        for row in await owner.fetch(PARTITIONS):
            if not row["name"].endswith("_default"):
                await owner.execute(f"DROP TABLE {row['name']}")

    await service.execute("SELECT ensure_partitions()")

    partitions = {row["name"] for row in await service.fetch(PARTITIONS)}
    assert len(partitions) > 10
    await service.execute(RECORDS["audit"])
    assert await service.fetchval("SELECT tableoid::regclass::text FROM audit") in partitions - {"audit_default"}
    for partition in partitions:
        assert not await service.fetchval("SELECT has_table_privilege($1, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')", partition)


async def test_the_catalog_makes_room_with_the_rights_that_it_has(database: Database, service: Connection) -> None:
    async with connected(database.owner_dsn) as owner, opened(database.service_dsn) as pool:
        await owner.execute("DO $$ BEGIN EXECUTE 'DROP TABLE audit_' || to_char(now() + interval '1 month', 'YYYY_MM'); END $$")
        before = {row["name"] for row in await service.fetch(PARTITIONS)}
        for _ in range(2):
            await PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock()).make_room()
        assert len({row["name"] for row in await service.fetch(PARTITIONS)} - before) == 1


async def test_a_stranger_has_no_right_at_all(database: Database) -> None:
    stranger = f"stranger_{database.name}"
    async with connected(superuser_dsn(database.server, database.name)) as superuser:
        await superuser.execute(f"CREATE ROLE {stranger}")
        rights = await superuser.fetch(RIGHTS, stranger)

    assert len(rights) > 20
    assert [row["name"] for row in rights if row["granted"]] == []


async def test_migrating_takes_back_what_the_service_should_never_have_had(database: Database, service: Connection) -> None:
    async with connected(database.owner_dsn) as owner:
        await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {database.service.role}")
        await owner.execute(f"GRANT ALL ON SCHEMA public TO {database.service.role}")

    await Migrator(database.owner_dsn, database.service.role).up()

    for deed in ("DELETE FROM audit", "DELETE FROM audit_default", "CREATE TABLE mine (id integer)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(deed)
    await service.execute(RECORDS["audit"])
