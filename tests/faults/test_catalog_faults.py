"""Whatever PostgreSQL or the way to it does, what comes out is ours, and tells neither where nor what."""

import asyncio
import ssl

import asyncpg
import pytest

from buckets.catalog.budget import check_budget
from buckets.catalog.faults import fault, translated
from buckets.catalog.pool import Pool
from buckets.catalog.statements import Query
from buckets.errors import BrokenSetting, CatalogBusy, CatalogUnavailable
from gateway.system import SystemClock
from tests.fixtures.databases import Database, connected, superuser_dsn
from tests.fixtures.meters import RecordingMeter
from tests.fixtures.pools import ADD, HELLO, WAIT, opened

BUSY = [
    TimeoutError(),
    asyncpg.DeadlockDetectedError(""),
    asyncpg.SerializationError(""),
    asyncpg.LockNotAvailableError(""),
    asyncpg.QueryCanceledError(""),
    asyncpg.InvalidCachedStatementError(""),
]
UNAVAILABLE = [
    (asyncpg.TooManyConnectionsError(""), "it has no connection left to give"),
    (asyncpg.CannotConnectNowError(""), "it is starting up or shutting down"),
    (asyncpg.AdminShutdownError(""), "it is shutting down"),
    (asyncpg.CrashShutdownError(""), "it is recovering from a crash"),
    (asyncpg.DiskFullError(""), "its disk is full"),
    (asyncpg.OutOfMemoryError(""), "it is out of memory"),
    (asyncpg.ReadOnlySQLTransactionError(""), "it is read-only"),
    (asyncpg.InvalidPasswordError(""), "it does not accept our credentials"),
    (asyncpg.ConnectionDoesNotExistError(""), "the connection broke"),
    (ConnectionResetError(), "the connection broke"),
    (ConnectionRefusedError(), "no connection could be made"),
    (ssl.SSLCertVerificationError(), "no connection could be made"),
    (asyncpg.UniqueViolationError(""), "it reported 23505"),
    (asyncpg.InternalServerError(""), "it reported XX000"),
    (asyncpg.InterfaceError(""), "its driver refused the call"),
    (asyncpg.ProtocolError(""), "its driver failed"),
]


@pytest.mark.parametrize("foreign", BUSY, ids=lambda error: type(error).__name__)
def test_what_passes_by_itself_is_busy(foreign: Exception) -> None:
    assert isinstance(fault(foreign), CatalogBusy)


@pytest.mark.parametrize(("foreign", "reason"), UNAVAILABLE, ids=lambda value: type(value).__name__)
def test_everything_else_is_unavailable_for_a_fixed_reason(foreign: Exception, reason: str) -> None:
    translation = fault(foreign)

    assert isinstance(translation, CatalogUnavailable)
    assert translation.reason == reason


def fail(error: BaseException) -> None:
    with translated():
        raise error


def test_the_foreign_error_stays_as_the_cause() -> None:
    foreign = asyncpg.UniqueViolationError("a value of somebody")

    with pytest.raises(CatalogUnavailable) as caught:
        fail(foreign)

    assert caught.value.__cause__ is foreign
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize("passing", [asyncio.CancelledError(), KeyError("ours"), CatalogBusy()], ids=repr)
def test_what_is_not_the_databases_passes(passing: BaseException) -> None:
    with pytest.raises(type(passing)) as caught:
        fail(passing)

    assert caught.value is passing


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda database: database.service_dsn.replace(database.service.password, "wrong"), "it does not accept our credentials"),
        (lambda database: database.service_dsn.replace(f"/{database.name}?", "/nowhere?"), "the database does not exist"),
        (lambda database: database.service_dsn.replace("host=/", "host=/nowhere/"), "no connection could be made"),
        (lambda database: f"postgresql://somebody:{database.service.password}@localhost:port/x", "its driver refused the call"),
        (lambda database: f"mysql://somebody:{database.service.password}@localhost/x", "its address is not valid"),
    ],
)
async def test_a_wrong_address_is_told_without_the_address(database: Database, change: object, reason: str) -> None:
    assert callable(change)

    with pytest.raises(CatalogUnavailable) as caught:
        await Pool.open(RecordingMeter(), SystemClock(), dsn=change(database))

    assert str(caught.value) == f"The catalog did not answer: {reason}."


async def test_a_server_that_is_full_is_unavailable(database: Database) -> None:
    async with connected(superuser_dsn(database.server)) as superuser:
        await superuser.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 1")
    async with opened(database.service_dsn, minimum=1) as pool:
        async with pool.transaction():
            with pytest.raises(CatalogUnavailable, match="it has no connection left to give"):
                await pool.row(HELLO)
        assert await pool.row(HELLO)


async def test_a_server_that_became_read_only_is_unavailable_for_writes(database: Database) -> None:
    async with connected(superuser_dsn(database.server)) as superuser:
        await superuser.execute(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
    async with opened(database.service_dsn) as pool:
        with pytest.raises(CatalogUnavailable, match="it is read-only"):
            await pool.run(ADD, "123456789012")
        assert await pool.row(HELLO)


@pytest.mark.every_postgres
async def test_of_two_transactions_in_a_deadlock_one_is_told_to_come_back(database: Database) -> None:
    both_hold_one = asyncio.Barrier(2)

    async def lock(pool: Pool, first: int, second: int) -> str:
        try:
            async with pool.transaction() as session:
                await session.row(WAIT, first)
                await both_hold_one.wait()
                await session.row(WAIT, second)
        except CatalogBusy:
            return "busy"
        return "done"

    async with opened(database.service_dsn) as pool:
        outcomes = await asyncio.gather(lock(pool, 1, 2), lock(pool, 2, 1))

        assert sorted(outcomes) == ["busy", "done"]
        assert await pool.row(HELLO)


async def test_a_statement_that_a_migration_made_stale_costs_one_try(database: Database) -> None:
    names = Query("names", "SELECT * FROM account")

    async def ask(pool: Pool) -> None:
        async with pool.transaction() as session:
            await session.rows(names)

    async with opened(database.service_dsn, minimum=1) as pool, connected(database.owner_dsn) as owner:
        await ask(pool)
        await owner.execute("ALTER TABLE account ADD COLUMN later integer")
        with pytest.raises(CatalogBusy):
            await ask(pool)
        await ask(pool)


@pytest.mark.every_postgres
async def test_more_processes_than_the_server_has_connections_for_are_refused_at_start(database: Database) -> None:
    async with connected(database.owner_dsn) as owner:
        connections = int(await owner.fetchval("SHOW max_connections")) - int(
            await owner.fetchval("SHOW superuser_reserved_connections")
        )
    async with opened(database.service_dsn, maximum=10) as pool:
        enough = connections // 10
        await check_budget(pool, enough)
        with pytest.raises(BrokenSetting) as caught:
            await check_budget(pool, enough + 1)

    for figure in (f"{enough + 1} processes", "10 catalog connections", f"want {(enough + 1) * 10}", f"gives {connections}"):
        assert figure in str(caught.value)
