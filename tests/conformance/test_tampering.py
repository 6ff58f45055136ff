"""What a seal is for: rows that come late, and whoever is stronger than the service, are found out."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from buckets.catalog.pool import Pool
from buckets.catalog.seals import PostgresSeals
from buckets.errors import BrokenSetting
from buckets.model.audit import Kind
from buckets.service.audit_seals import RetainAudit
from buckets.service.verify_audit import Broken, Flaw, Verified, VerifyAudit
from tests.fixtures.databases import Connection, Database, connected, superuser_dsn
from tests.suites.seals import AT_ONCE, chain, sealed

pytestmark = pytest.mark.every_postgres

ADD = (
    "INSERT INTO audit (at, id, account, action, result, request_id)"
    " VALUES ({at}, gen_random_uuid(), '123456789012', 'a', 'done', 'R')"
)
MONTHS = timedelta(days=400)
OLD = datetime.now(UTC) - MONTHS


@pytest.fixture
def seals(pool: Pool) -> PostgresSeals:
    return PostgresSeals(pool)


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Connection]:
    async with connected(database.service_dsn) as connection:
        yield connection


@pytest.fixture
async def superuser(database: Database) -> AsyncIterator[Connection]:
    async with connected(superuser_dsn(database.server, database.name)) as connection:
        yield connection


async def happen(service: Connection, count: int = 1, at: str = "now()") -> None:
    for _ in range(count):
        await service.execute(ADD.format(at=at))


async def verified(seals: PostgresSeals) -> Verified:
    return await VerifyAudit(seals=seals, page=2)()


async def broken(seals: PostgresSeals) -> Broken:
    """The first seal that does not hold."""
    found = await verified(seals)
    assert not found.holds
    return found.broken[0]


class TestLate:
    @pytest.mark.parametrize("wrote", [False, True], ids=["that has written nothing yet", "that has written"])
    async def test_a_transaction_under_way_holds_the_seal_before_its_beginning(
        self, seals: PostgresSeals, service: Connection, database: Database, wrote: bool
    ) -> None:
        await happen(service, 2)
        async with connected(database.service_dsn) as slow:
            late = slow.transaction()
            await late.start()
            await slow.execute(ADD.format(at="now()") if wrote else "SELECT 1")
            await happen(service, 3)
            assert await sealed(seals) == 2
            if not wrote:
                await slow.execute(ADD.format(at="now()"))
            await late.commit()
        assert await sealed(seals) == 4
        assert (await verified(seals)).holds

    async def test_one_that_is_rolled_back_leaves_no_hole(
        self, seals: PostgresSeals, service: Connection, database: Database
    ) -> None:
        await happen(service)
        async with connected(database.service_dsn) as slow:
            lost = slow.transaction()
            await lost.start()
            await slow.execute(ADD.format(at="now()"))
            await happen(service)
            await lost.rollback()
        assert await sealed(seals) == 2
        assert (await verified(seals)).holds

    async def test_another_sealer_s_turn_is_left_to_it(self, seals: PostgresSeals, service: Connection) -> None:
        await happen(service, 2)
        async with service.transaction():
            await service.execute("SELECT pg_advisory_xact_lock(hashtextextended('seawall.seal', 0))")
            assert await seals.seal(rest=AT_ONCE, limit=10) == 0
        assert await sealed(seals) == 2

    async def test_nothing_is_sealed_where_the_server_does_not_say_what_is_under_way(
        self, seals: PostgresSeals, service: Connection, superuser: Connection, database: Database, pool: Pool
    ) -> None:
        await happen(service)
        await superuser.execute(f"ALTER ROLE {database.service.role} IN DATABASE {database.name} SET track_activities = off")
        await pool.expire()
        with pytest.raises(BrokenSetting):
            await seals.seal(rest=AT_ONCE, limit=10)

    async def test_the_service_itself_can_make_no_room_for_a_row_in_what_is_sealed(
        self, seals: PostgresSeals, service: Connection
    ) -> None:
        """It may add rows with any time: that is found out like any other addition."""
        await happen(service, 3)
        await sealed(seals)
        await happen(service, at="now() - interval '1 hour'")
        assert (await broken(seals)).flaw is Flaw.ADDED


class TestTampering:
    @pytest.fixture(autouse=True)
    async def history(self, seals: PostgresSeals, service: Connection) -> None:
        """Three seals over two rows each."""
        await happen(service, 6)
        assert await sealed(seals, limit=2) == 6

    async def _second(self, seals: PostgresSeals) -> str:
        """Which rows the second seal covers."""
        seal = (await chain(seals))[1]
        return f"at BETWEEN '{seal.first.at.isoformat()}' AND '{seal.until.at.isoformat()}'"

    async def test_nothing_is_wrong_with_what_nobody_touched(self, seals: PostgresSeals) -> None:
        found = await verified(seals)
        assert (found.holds, found.seals, found.rows) == (True, 3, 6)

    @pytest.mark.parametrize(
        "change",
        [
            "action = 'b'",
            "reason = ''",
            "result = 'failed'",
            "bytes = 1",
            "duration_ms = 0",
            "subject = 'user:1'",
            "account = 'x'",
            "actor = gen_random_uuid()",
            "id = gen_random_uuid()",
            "at = at + interval '1 microsecond'",
        ],
    )
    async def test_an_altered_row_is_found(self, seals: PostgresSeals, superuser: Connection, change: str) -> None:
        second = (await chain(seals))[1]
        await superuser.execute(f"UPDATE audit SET {change} WHERE at = $1", second.first.at)
        found = await broken(seals)
        assert (found.number, found.flaw, found.sealed, found.found) == (2, Flaw.ALTERED, 2, 2)
        assert len((await verified(seals)).broken) == 1

    async def test_a_missing_row_is_found(self, seals: PostgresSeals, superuser: Connection) -> None:
        second = (await chain(seals))[1]
        await superuser.execute("DELETE FROM audit WHERE at = $1", second.until.at)
        found = await broken(seals)
        assert (found.number, found.flaw, found.sealed, found.found) == (2, Flaw.MISSING, 2, 1)

    async def test_an_added_row_is_found_also_between_two_seals(self, seals: PostgresSeals, superuser: Connection) -> None:
        first, second, _ = await chain(seals)
        for at, number in ((second.first.at + timedelta(microseconds=1), 2), (first.until.at + timedelta(microseconds=1), 2)):
            await superuser.execute(ADD.format(at=f"'{at.isoformat()}'"))
            found = await broken(seals)
            assert (found.number, found.flaw) == (number, Flaw.ADDED)
            await superuser.execute("DELETE FROM audit WHERE at = $1", at)
        assert (await verified(seals)).holds

    async def test_a_row_added_where_nothing_was_before_the_end_of_a_seal_is_found(
        self, seals: PostgresSeals, service: Connection, superuser: Connection
    ) -> None:
        await happen(service)
        await sealed(seals, limit=2)
        last = (await chain(seals))[-1]
        await superuser.execute(ADD.format(at=f"'{last.first.at.isoformat()}'::timestamptz + interval '1 microsecond'"))
        found = await broken(seals)
        assert (found.number, found.flaw) == (4, Flaw.ADDED)

    async def test_a_new_column_changes_nothing_until_it_says_something(self, seals: PostgresSeals, superuser: Connection) -> None:
        await superuser.execute("ALTER TABLE audit ADD COLUMN colour text")
        assert (await verified(seals)).holds
        await superuser.execute(f"UPDATE audit SET colour = 'red' WHERE {await self._second(seals)}")
        assert (await broken(seals)).number == 2

    async def test_a_missing_seal_is_a_gap(self, seals: PostgresSeals, superuser: Connection) -> None:
        await superuser.execute("DELETE FROM audit_seal WHERE number = 2")
        found = await verified(seals)
        assert [(each.number, each.flaw) for each in found.broken] == [(3, Flaw.GAP), (3, Flaw.ADDED)]

    async def test_a_missing_first_seal_is_a_gap(self, seals: PostgresSeals, superuser: Connection) -> None:
        await superuser.execute("DELETE FROM audit_seal WHERE number = 1")
        found = await broken(seals)
        assert (found.number, found.flaw) == (2, Flaw.GAP)

    async def test_a_seal_that_was_made_anew_breaks_the_one_behind_it(self, seals: PostgresSeals, superuser: Connection) -> None:
        """Whoever alters a row and its seal must do so with all behind it, and cannot where one was written down."""
        await superuser.execute("UPDATE audit_seal SET hash = sha256('x') WHERE number = 2")
        assert [each.number for each in (await verified(seals)).broken] == [2, 3]

    @pytest.mark.parametrize("change", ["entries = 1", "first_at = first_at - interval '1 second'", "last_id = gen_random_uuid()"])
    async def test_an_altered_seal_is_found(self, seals: PostgresSeals, superuser: Connection, change: str) -> None:
        await superuser.execute(f"UPDATE audit_seal SET {change} WHERE number = 2")
        assert (await broken(seals)).number == 2


class TestRetention:
    """A month of changes goes when it is over for long and sealed, a day of reads when it is over for long."""

    @pytest.fixture(autouse=True)
    async def partitions(self, superuser: Connection, database: Database) -> None:
        """Two old months, of which the service has rows, and an old day."""
        first = OLD.replace(day=1)
        second = (first + timedelta(days=32)).replace(day=1)
        for month in (first, second):
            later = (month + timedelta(days=32)).replace(day=1)
            await superuser.execute(
                f"CREATE TABLE audit_{month:%Y_%m} PARTITION OF audit"
                f" FOR VALUES FROM ('{month:%Y-%m-01}+00') TO ('{later:%Y-%m-01}+00')"
            )
            await superuser.execute(f"ALTER TABLE audit_{month:%Y_%m} OWNER TO {database.owner.role}")
        self.names = [f"audit_{first:%Y_%m}", f"audit_{second:%Y_%m}"]
        self.times = [f"'{first:%Y-%m}-15T12:00:00Z'", f"'{second:%Y-%m}-15T12:00:00Z'"]

    async def _happen(self, service: Connection) -> None:
        for at in self.times:
            await happen(service, 2, at)
        await happen(service, 2)

    async def test_a_sealed_month_goes_and_its_seals_stay(
        self, seals: PostgresSeals, service: Connection, superuser: Connection
    ) -> None:
        await superuser.execute(
            "INSERT INTO account (id, canonical_id, name, operates) VALUES ('123456789012', repeat('a', 64), 'one', true)"
        )
        await self._happen(service)
        assert await sealed(seals) == 6
        assert [seal.entries for seal in await chain(seals)] == [2, 2, 2]
        retained = await RetainAudit(seals=seals, changes_days=30).pass_once(lambda _: None)
        assert retained == {"months": 2, "days": 0}
        assert [removal.name for removal in await seals.removals()] == self.names
        assert await service.fetchval("SELECT count(*) FROM audit WHERE action = 'a'") == 2
        removals = await service.fetch("SELECT account, subject FROM audit WHERE action = 'remove_audit' ORDER BY at")
        assert [tuple(row) for row in removals] == [("123456789012", f"partition:{name}") for name in self.names]
        await sealed(seals)
        found = await verified(seals)
        assert (found.holds, found.removed, found.seals, found.rows) == (True, 2, 4, 4)

    async def test_a_month_with_a_row_that_is_not_sealed_stays(self, seals: PostgresSeals, service: Connection) -> None:
        await happen(service, 1, self.times[0])
        assert await seals.remove(Kind.CHANGE, after_days=30) == self.names[1]
        assert await seals.remove(Kind.CHANGE, after_days=30) is None
        await sealed(seals)
        assert await seals.remove(Kind.CHANGE, after_days=30) == self.names[0]

    async def test_a_month_that_is_not_old_enough_stays(self, seals: PostgresSeals, service: Connection) -> None:
        await self._happen(service)
        await sealed(seals)
        assert await seals.remove(Kind.CHANGE, after_days=MONTHS.days + 40) is None

    async def test_rows_put_back_into_a_month_that_went_are_found(self, seals: PostgresSeals, service: Connection) -> None:
        await self._happen(service)
        await sealed(seals)
        await seals.remove(Kind.CHANGE, after_days=30)
        await happen(service, 1, self.times[0].replace("T12", "T11"))
        found = await broken(seals)
        assert (found.number, found.flaw, found.found) == (1, Flaw.ADDED, 1)

    async def test_a_month_that_was_emptied_by_hand_was_not_removed_by_retention(
        self, seals: PostgresSeals, service: Connection, superuser: Connection
    ) -> None:
        await self._happen(service)
        await sealed(seals)
        await superuser.execute(f"DROP TABLE {self.names[0]}")
        found = await broken(seals)
        assert (found.number, found.flaw, found.found) == (1, Flaw.MISSING, 0)

    async def test_a_day_of_reads_goes_without_a_seal(
        self, seals: PostgresSeals, service: Connection, superuser: Connection, database: Database
    ) -> None:
        day, next_day = OLD, OLD + timedelta(days=1)
        await superuser.execute(
            f"CREATE TABLE access_log_{day:%Y_%m_%d} PARTITION OF access_log"
            f" FOR VALUES FROM ('{day:%Y-%m-%d}+00') TO ('{next_day:%Y-%m-%d}+00')"
        )
        await superuser.execute(f"ALTER TABLE access_log_{day:%Y_%m_%d} OWNER TO {database.owner.role}")
        await service.execute(ADD.replace("audit", "access_log").format(at=f"'{day:%Y-%m-%d}T12:00:00Z'"))
        assert await seals.remove(Kind.READ, after_days=30) == f"access_log_{day:%Y_%m_%d}"
        assert await seals.remove(Kind.READ, after_days=30) is None

    @pytest.mark.parametrize(
        "asked", ["'audit', 29", "'audit', NULL", "'access_log', 0", "'account', 365", "'audit_seal', 365", "NULL, 365"]
    )
    async def test_the_service_cannot_have_anything_else_removed(self, service: Connection, asked: str) -> None:
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await service.fetchval(f"SELECT remove_partition({asked})")
