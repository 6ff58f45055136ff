"""`seawall doctor` on a PostgreSQL that something is wrong with: each check fails when the thing that it is about is broken."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from buckets.catalog.settings import CatalogSettings
from buckets.names import AccessKey
from buckets.settings import Secret
from gateway.auth.seal import Seal
from gateway.doctor.advice import Advice
from gateway.doctor.database import DatabaseCheck
from gateway.doctor.finding import Finding, Status
from gateway.system import SystemClock, SystemIds
from tests.factories.clocks import WrongClock
from tests.factories.findings import amiss, by_name, found
from tests.faults.proxy import Fault, proxied, speaks_of
from tests.fixtures.databases import Database, connected, superuser_dsn

pytestmark = pytest.mark.every_postgres

UNSYNCED = {"postgres.durability": Status.FAILED}
"""The servers of the tests do without fsync, which the doctor says of each of them."""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A database, and the settings that a doctor is told of it."""

    database: Database
    settings: CatalogSettings
    clock: SystemClock = field(default_factory=SystemClock)
    processes: int = 1
    production: bool = True
    seal: Seal = field(default_factory=lambda: Seal(bytes(32), ids=SystemIds()))

    async def examined(self, *, patience: float = 30.0) -> Sequence[Finding]:
        check = DatabaseCheck(
            settings=self.settings,
            processes=self.processes,
            production=self.production,
            unseal=self.seal.unseal,
            clock=self.clock,
            advice=Advice(),
        )
        findings = await found(check.ask(), patience=patience)
        told = str(findings)
        assert self.database.service.password not in told
        assert self.database.owner.password not in told
        return findings

    def told(self, **changed: object) -> "Patient":
        """The same with other settings."""
        return replace(self, settings=replace(self.settings, **changed))  # type: ignore[arg-type]  # the fields by their names

    async def broken(self, *statements: str) -> Sequence[Finding]:
        async with connected(superuser_dsn(self.database.server, self.database.name)) as superuser:
            for statement in statements:
                await superuser.execute(statement.format(service=self.database.service.role))
        return await self.examined()


KEY = AccessKey("SEAWALL123456789")
SEALED = """
    WITH a AS (INSERT INTO account (id, canonical_id, name) VALUES ('123456789012', repeat('a', 64), 'one') RETURNING id),
    m AS (INSERT INTO member (id, account, role, name) SELECT gen_random_uuid(), id, 'owner', 'one' FROM a RETURNING id, account)
    INSERT INTO credential (id, account, owner, kind, name, access_key, sealed_secret)
    SELECT gen_random_uuid(), account, id, 's3', 'one', $1, $2 FROM m
"""


@pytest.fixture
async def patient(database: Database) -> Patient:
    async with connected(superuser_dsn(database.server)) as superuser:
        await superuser.execute(f"ALTER DATABASE {database.name} SET synchronous_commit = on")
    settings = CatalogSettings(dsn=Secret(database.service_dsn), service_role=database.service.role)
    patient = Patient(database=database, settings=settings)
    async with connected(database.owner_dsn) as owner:
        await owner.execute(SEALED, KEY, patient.seal.seal("a secret", KEY))
    return patient


async def test_a_database_as_the_migrations_made_it_is_well(patient: Patient) -> None:
    findings = await patient.examined()
    assert amiss(findings) == UNSYNCED
    assert len(findings) == 11


async def test_a_seal_key_that_is_not_that_of_the_keys_is_told(patient: Patient) -> None:
    other = replace(patient, seal=Seal(b"x" * 32, ids=SystemIds()))
    assert amiss(await other.examined()) == UNSYNCED | {"postgres.seal": Status.FAILED}


async def test_without_any_key_there_is_nothing_to_unseal(patient: Patient) -> None:
    assert amiss(await patient.broken("DELETE FROM credential")) == UNSYNCED | {"postgres.seal": Status.SKIPPED}


async def test_what_is_no_power_loss_to_worry_about_is_a_warning_outside_production(patient: Patient) -> None:
    assert amiss(await replace(patient, production=False).examined()) == {"postgres.durability": Status.WARNING}


RIGHTS = [
    ("REVOKE INSERT ON blob FROM {service}", "postgres.rights", "INSERT blob"),
    ("REVOKE SELECT ON schema_migration FROM {service}", "postgres.rights", "SELECT schema_migration"),
    ("REVOKE INSERT ON audit FROM {service}", "postgres.rights", "INSERT audit"),
    ("REVOKE EXECUTE ON FUNCTION ensure_partitions() FROM {service}", "postgres.rights", "EXECUTE ensure_partitions"),
    ("GRANT UPDATE ON audit TO {service}", "postgres.excess", "UPDATE audit"),
    ("GRANT UPDATE (at) ON audit TO {service}", "postgres.excess", "UPDATE audit"),
    ("GRANT UPDATE ON audit TO PUBLIC", "postgres.excess", "UPDATE audit"),
    ("GRANT SELECT ON audit_default TO {service}", "postgres.excess", "SELECT audit_default"),
    ("GRANT TRUNCATE ON account TO {service}", "postgres.excess", "TRUNCATE account"),
    ("GRANT INSERT ON schema_migration TO {service}", "postgres.excess", "INSERT schema_migration"),
    ("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {service}", "postgres.excess", "EXECUTE ensure_partition"),
    ("GRANT CREATE ON SCHEMA public TO {service}", "postgres.excess", "CREATE in the schema"),
    ("GRANT ALL ON ALL TABLES IN SCHEMA public TO {service}", "postgres.excess", " more"),
]


@pytest.mark.parametrize(("statement", "check", "said"), RIGHTS)
async def test_a_right_too_few_or_too_many_is_named(patient: Patient, statement: str, check: str, said: str) -> None:
    findings = await patient.broken(statement)
    assert check in amiss(findings)
    assert by_name(findings)[check].status is Status.FAILED
    assert said in by_name(findings)[check].found
    assert "seawall migrate up" in by_name(findings)[check].remedy or "REVOKE" in by_name(findings)[check].remedy


async def test_rights_on_the_whole_schema_that_were_taken_away_are_missed(patient: Patient) -> None:
    findings = await patient.broken("REVOKE USAGE ON SCHEMA public FROM {service}, PUBLIC")
    assert amiss(findings) == UNSYNCED | {"postgres.schema": Status.SKIPPED, "postgres.rights": Status.FAILED}


@asynccontextmanager
async def altered(patient: Patient, grant: str, revoke: str) -> AsyncIterator[Sequence[Finding]]:
    """Roles belong to the server, and the next test has the same."""
    try:
        yield await patient.broken(grant)
    finally:
        await patient.broken(revoke)


POWERS = [
    ("ALTER ROLE {service} SUPERUSER", "ALTER ROLE {service} NOSUPERUSER", "superuser"),
    ("ALTER ROLE {service} CREATEDB CREATEROLE", "ALTER ROLE {service} NOCREATEDB NOCREATEROLE", "CREATEDB, CREATEROLE"),
    ("ALTER ROLE {service} BYPASSRLS REPLICATION", "ALTER ROLE {service} NOBYPASSRLS NOREPLICATION", "BYPASSRLS, REPLICATION"),
    ("GRANT pg_write_server_files TO {service}", "REVOKE pg_write_server_files FROM {service}", "pg_write_server_files"),
]


@pytest.mark.parametrize(("grant", "revoke", "said"), POWERS)
async def test_a_role_that_could_do_more_than_the_service_needs_is_refused(
    patient: Patient, grant: str, revoke: str, said: str
) -> None:
    async with altered(patient, grant, revoke) as findings:
        assert amiss(findings) == UNSYNCED | {"postgres.excess": Status.FAILED}
        assert said in by_name(findings)["postgres.excess"].found


async def test_a_role_that_may_become_the_owner_is_refused(patient: Patient) -> None:
    owner = patient.database.owner.role
    async with altered(patient, f"GRANT {owner} TO {{service}}", f"REVOKE {owner} FROM {{service}}") as findings:
        assert "owns the tables" in by_name(findings)["postgres.excess"].found


async def test_one_role_for_everything_is_a_warning_outside_production(patient: Patient) -> None:
    owner = replace(patient.told(dsn=Secret(patient.database.owner_dsn)), production=False)
    assert amiss(await owner.examined())["postgres.excess"] is Status.WARNING


async def test_a_login_that_the_migrations_grant_nothing_to_is_told_whom_they_do(patient: Patient) -> None:
    database = patient.database
    stranger = f"stranger_{database.name}"
    await patient.broken(f"CREATE ROLE {stranger} LOGIN PASSWORD 'x'", f"GRANT USAGE ON SCHEMA public TO {stranger}")
    asked = patient.told(dsn=Secret(database.server.dsn(database.name, stranger, "x")))
    finding = by_name(await asked.examined())["postgres.rights"]
    assert finding.status is Status.FAILED
    assert database.service.role in finding.remedy


LEDGERS = [
    ("DELETE FROM schema_migration WHERE number = 1", "0001_foundation is missing below"),
    ("DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)", "is not applied"),
    ("UPDATE schema_migration SET sha256 = 'x' WHERE number = 2", "0002_jobs is not what was applied"),
    ("INSERT INTO schema_migration (number, name, sha256) VALUES (9000, 'later', 'x')", "9000_later of a newer program"),
]


@pytest.mark.parametrize(("statement", "said"), LEDGERS)
async def test_a_schema_that_is_not_ours_is_named(patient: Patient, statement: str, said: str) -> None:
    findings = await patient.broken(statement)
    assert amiss(findings) == UNSYNCED | {"postgres.schema": Status.FAILED}
    assert said in by_name(findings)["postgres.schema"].found


async def test_a_database_without_any_schema_wants_its_migrations(patient: Patient, empty_database: Database) -> None:
    empty = replace(patient, database=empty_database).told(dsn=Secret(empty_database.service_dsn))
    findings = await empty.examined()
    assert amiss(findings) == UNSYNCED | {"postgres.schema": Status.FAILED, "postgres.rights": Status.SKIPPED}
    assert "seawall migrate up" in by_name(findings)["postgres.schema"].remedy


async def test_partitions_that_are_due_and_were_not_made_are_named(patient: Patient) -> None:
    findings = await patient.broken(
        "DO $$ BEGIN EXECUTE 'DROP TABLE audit_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'); END $$"
    )
    assert amiss(findings) == UNSYNCED | {"postgres.partitions": Status.WARNING}
    assert "audit_2" in by_name(findings)["postgres.partitions"].found


async def test_a_commit_that_does_not_wait_for_the_log_is_refused(patient: Patient) -> None:
    database = patient.database.name
    findings = await patient.broken(f"ALTER ROLE {{service}} IN DATABASE {database} SET synchronous_commit = off")
    assert amiss(findings) == UNSYNCED
    assert "synchronous_commit is off" in by_name(findings)["postgres.durability"].found


async def test_a_database_that_cannot_be_written_to_is_told(patient: Patient) -> None:
    database = patient.database.name
    findings = await patient.broken(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert amiss(findings) == UNSYNCED | {"postgres.writes": Status.FAILED}


async def test_more_processes_than_the_server_has_connections_for_are_too_many(patient: Patient) -> None:
    assert amiss(await replace(patient, processes=256).examined()) == UNSYNCED | {"postgres.connections": Status.FAILED}


async def test_a_limit_of_the_database_itself_counts_too(patient: Patient) -> None:
    findings = await patient.broken(f"ALTER DATABASE {patient.database.name} CONNECTION LIMIT 7")
    assert by_name(findings)["postgres.connections"].found == "1 process wants up to 10, 7 are given"
    assert by_name(findings)["postgres.connections"].status is Status.FAILED


@pytest.mark.parametrize(
    ("ahead", "status"), [(6, Status.WARNING), (-6, Status.WARNING), (16 * 60, Status.FAILED), (-16 * 60, Status.FAILED)]
)
async def test_a_clock_that_is_off_is_told(patient: Patient, ahead: int, status: Status) -> None:
    findings = await replace(patient, clock=WrongClock(timedelta(seconds=ahead))).examined()
    assert amiss(findings) == UNSYNCED | {"postgres.clock": status}


PARTS = {"version", "writes", "durability", "connections", "clock", "schema", "rights", "excess", "partitions", "seal"}
UNASKED = {f"postgres.{part}": Status.SKIPPED for part in PARTS} | {"postgres": Status.FAILED}


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("nowhere", None, None, "the database does not exist"),
        (None, None, "canary", "it does not accept our credentials"),
        (None, "nobody_here", None, "it does not accept our credentials"),
    ],
)
async def test_what_keeps_us_out_is_said(
    patient: Patient, name: str | None, role: str | None, password: str | None, said: str
) -> None:
    at = patient.database
    dsn = at.server.dsn(name or at.name, role or at.service.role, password or at.service.password)
    findings = await patient.told(dsn=Secret(dsn)).examined()
    assert amiss(findings) == UNASKED
    assert by_name(findings)["postgres"].found == said


@pytest.mark.parametrize("dsn", ["postgresql://u:canary@127.0.0.1:1/x", "postgresql://u:can/ary@h:p/x", "canary"])
async def test_an_address_that_leads_nowhere_is_not_repeated(patient: Patient, dsn: str) -> None:
    findings = await patient.told(dsn=Secret(dsn)).examined()
    assert amiss(findings) == UNASKED
    assert "can" not in by_name(findings)["postgres"].found.replace("cannot", "")


async def test_a_database_that_falls_silent_is_given_up_and_what_it_said_stays_told(patient: Patient) -> None:
    async with proxied(patient.database.service_dsn) as between:
        between.arm(Fault.BLACKHOLE, speaks_of("rolsuper"))
        findings = await patient.told(dsn=Secret(between.via)).examined(patience=2)
    assert by_name(findings)["postgres.version"].status is Status.OK
    assert by_name(findings)["asked"].found == "it did not answer within 2 s"


async def test_a_database_that_breaks_off_fails_where_it_did(patient: Patient) -> None:
    async with proxied(patient.database.service_dsn) as between:
        between.arm(Fault.CUT, speaks_of("rolsuper"))
        findings = await patient.told(dsn=Secret(between.via)).examined()
    rest = {name: Status.SKIPPED for name in UNASKED if name.endswith(("rights", "excess", "partitions", "seal"))}
    assert amiss(findings) == UNSYNCED | {"postgres.schema": Status.FAILED} | rest
    assert by_name(findings)["postgres.schema"].found == "the connection broke"
