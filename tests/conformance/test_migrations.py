"""The schema goes up and comes down, once each, and never on top of something else than the files say."""

import asyncio
from pathlib import Path

import pytest

from buckets.catalog.migrate import Migrator
from buckets.catalog.steps import MigrationState
from buckets.errors import BrokenSetting, CatalogBusy, CatalogUnavailable
from tests.fixtures.databases import Database, connected

SEED = """
INSERT INTO account (id, canonical_id, name) VALUES ('123456789012', repeat('a', 64), 'one');
INSERT INTO member (id, account, name, role) VALUES (gen_random_uuid(), '123456789012', 'somebody', 'owner');
INSERT INTO audit (at, id, account, action, result, request_id)
VALUES (now(), gen_random_uuid(), '123456789012', 'put', 'done', 'R');
"""


class Steps:
    """A directory of small migrations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, number: int, *, up: str | None = None, down: str | None = None) -> None:
        stem = f"{number:04}_step"
        (self.folder / f"{stem}.up.sql").write_text(up or f"CREATE TABLE t{number} (id integer);")
        (self.folder / f"{stem}.down.sql").write_text(down or f"DROP TABLE t{number};")

    def remove(self, number: int) -> None:
        for file in self.folder.glob(f"{number:04}_*"):
            file.unlink()

    def migrator(self, database: Database, *, patience: float = 60) -> Migrator:
        return Migrator(database.owner_dsn, database.service.role, source=self.folder, patience=patience)


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    steps = Steps(tmp_path)
    for number in (1, 2, 3):
        steps.add(number)
    return steps


def migrator(database: Database) -> Migrator:
    return Migrator(database.owner_dsn, database.service.role)


async def tables(database: Database) -> set[str]:
    async with connected(database.owner_dsn) as connection:
        rows = await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]'")
    return {row["relname"] for row in rows}


async def dump(database: Database) -> list[str]:
    """The schema as the server's own pg_dump writes it (another release's shows its columns' internal versions).

    The \\restrict lines hold a fresh random word each time.
    """
    program = database.server._binaries.program("pg_dump")
    process = await asyncio.create_subprocess_exec(program, "--schema-only", database.owner_dsn, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return [line for line in output.decode().splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


async def test_four_starters_apply_each_migration_once(empty_database: Database) -> None:
    applied = await asyncio.gather(*(migrator(empty_database).up() for _ in range(4)))

    status = await migrator(empty_database).status()
    assert sorted(migration.number for some in applied for migration in some) == [row.number for row in status]
    assert {row.state for row in status} == {MigrationState.APPLIED}


async def test_four_starters_do_not_block_a_migration_that_waits_for_all_others_to_finish(
    empty_database: Database, steps: Steps
) -> None:
    for number in (4, 5, 6):
        steps.add(number, up=f"-- no transaction\nCREATE INDEX CONCURRENTLY i{number} ON t1 (id);", down=f"DROP INDEX i{number};")

    applied = await asyncio.gather(*(steps.migrator(empty_database).up() for _ in range(4)))

    assert sorted(migration.number for some in applied for migration in some) == [1, 2, 3, 4, 5, 6]


async def test_a_starter_waits_for_another_only_so_long(empty_database: Database, steps: Steps) -> None:
    async with connected(empty_database.owner_dsn) as other:
        await other.execute("SELECT pg_advisory_lock(hashtextextended('seawall.migrations', 0))")

        with pytest.raises(CatalogBusy):
            await steps.migrator(empty_database, patience=0.2).up()

    assert [str(migration) for migration in await steps.migrator(empty_database).up()] == ["0001_step", "0002_step", "0003_step"]


async def test_migrations_go_up_to_a_number_and_on_from_there(empty_database: Database, steps: Steps) -> None:
    first = await steps.migrator(empty_database).up(to=2)
    second = await steps.migrator(empty_database).up()

    assert [migration.number for migration in first + second] == [1, 2, 3]
    assert await tables(empty_database) == {"t1", "t2", "t3"}


async def test_migrations_come_down_to_a_number(empty_database: Database, steps: Steps) -> None:
    await steps.migrator(empty_database).up()

    taken_back = await steps.migrator(empty_database).down(1, production=False)

    assert [migration.number for migration in taken_back] == [3, 2]
    assert await tables(empty_database) == {"t1"}


@pytest.mark.every_postgres
async def test_up_down_and_up_again_give_the_same_schema_over_data_too(empty_database: Database) -> None:
    await migrator(empty_database).up()
    before = await dump(empty_database)
    async with connected(empty_database.owner_dsn) as connection:
        await connection.execute(SEED)

    await migrator(empty_database).down(0, production=False)
    bare = await dump(empty_database)
    await migrator(empty_database).up()

    assert await dump(empty_database) == before
    assert [line for line in bare if line.startswith("CREATE ")] == ["CREATE TABLE public.schema_migration ("]


async def test_nothing_comes_down_in_production(empty_database: Database, steps: Steps) -> None:
    await steps.migrator(empty_database).up()

    with pytest.raises(BrokenSetting, match="production"):
        await steps.migrator(empty_database).down(0, production=True)

    assert await tables(empty_database) == {"t1", "t2", "t3"}


async def test_a_changed_migration_is_refused_in_both_directions(empty_database: Database, steps: Steps) -> None:
    await steps.migrator(empty_database).up(to=2)
    steps.add(1, up="CREATE TABLE t1 (id bigint);")
    changed = steps.migrator(empty_database)

    with pytest.raises(BrokenSetting, match="0001_step was changed after it was applied"):
        await changed.up()
    with pytest.raises(BrokenSetting, match="0001_step was changed after it was applied"):
        await changed.down(0, production=False)

    states = [row.state for row in await changed.status()]
    assert states == [MigrationState.CHANGED, MigrationState.APPLIED, MigrationState.PENDING]
    assert await tables(empty_database) == {"t1", "t2"}


async def test_a_database_newer_than_the_program_is_refused(empty_database: Database, steps: Steps) -> None:
    await steps.migrator(empty_database).up()
    steps.remove(3)
    older = steps.migrator(empty_database)

    with pytest.raises(BrokenSetting, match="newer than this program: 0003_step is applied there and this program knows 0002"):
        await older.up()
    with pytest.raises(BrokenSetting, match="newer than this program"):
        await older.down(0, production=False)
    with pytest.raises(BrokenSetting, match="newer than this program"):
        await older.check()

    assert (await older.status())[-1].state is MigrationState.UNKNOWN
    assert await tables(empty_database) == {"t1", "t2", "t3"}


async def test_a_gap_in_the_files_is_refused(empty_database: Database, steps: Steps) -> None:
    steps.remove(2)

    with pytest.raises(BrokenSetting, match="0003_step stands where 0002 was expected"):
        await steps.migrator(empty_database).up()

    assert await tables(empty_database) == set()


async def test_two_files_of_one_number_are_refused(empty_database: Database, steps: Steps) -> None:
    for direction in ("up", "down"):
        (steps.folder / f"0002_other.{direction}.sql").write_text("SELECT 1;")

    with pytest.raises(BrokenSetting, match="0002_step stands where 0003 was expected"):
        await steps.migrator(empty_database).up()


async def test_a_gap_in_the_database_is_refused(empty_database: Database, steps: Steps) -> None:
    await steps.migrator(empty_database).up()
    async with connected(empty_database.owner_dsn) as connection:
        await connection.execute("DELETE FROM schema_migration WHERE number = 2")

    with pytest.raises(BrokenSetting, match="0002_step is not applied, but 0003 is"):
        await steps.migrator(empty_database).up()


@pytest.mark.parametrize(
    ("name", "problem"), [("notes.sql", "not named like a migration"), ("0004_half.up.sql", r"0004_half has no \.down\.sql")]
)
async def test_a_stray_file_is_refused(empty_database: Database, steps: Steps, name: str, problem: str) -> None:
    (steps.folder / name).write_text("SELECT 1;")

    with pytest.raises(BrokenSetting, match=problem):
        await steps.migrator(empty_database).up()


async def test_a_failing_migration_is_named_and_leaves_nothing_of_itself(empty_database: Database, steps: Steps) -> None:
    steps.add(2, up="CREATE TABLE t2 (id integer); CREATE TABLE t1 (id integer);")

    with pytest.raises(BrokenSetting, match=r'0002_step cannot be carried out: relation "t1" already exists'):
        await steps.migrator(empty_database).up()

    assert await tables(empty_database) == {"t1"}
    steps.add(2)
    assert [migration.number for migration in await steps.migrator(empty_database).up()] == [2, 3]


async def test_a_migration_and_its_note_in_the_ledger_are_one(empty_database: Database, steps: Steps) -> None:
    steps.add(2, up="CREATE TABLE t2 (id integer); INSERT INTO schema_migration (number, name, sha256) VALUES (2, 'x', 'x');")

    with pytest.raises(BrokenSetting, match="0002_step cannot be carried out"):
        await steps.migrator(empty_database).up()

    assert await tables(empty_database) == {"t1"}


async def test_the_status_of_a_database_that_was_never_migrated_is_known_to_the_service(
    empty_database: Database, steps: Steps
) -> None:
    service = Migrator(empty_database.service_dsn, empty_database.service.role, source=steps.folder)

    assert [(str(row), row.state, row.applied_at) for row in await service.status()] == [
        (f"000{number}_step", MigrationState.PENDING, None) for number in (1, 2, 3)
    ]


async def test_the_service_asks_at_start_whether_the_schema_is_current(empty_database: Database, steps: Steps) -> None:
    service = Migrator(empty_database.service_dsn, empty_database.service.role, source=steps.folder)
    await steps.migrator(empty_database).up(to=1)

    with pytest.raises(BrokenSetting, match="lacks 0002_step, 0003_step"):
        await service.check()

    await steps.migrator(empty_database).up()
    await service.check()
    assert all(row.applied_at for row in await service.status())


async def test_a_missing_service_role_is_told_with_its_remedy_before_anything_is_applied(
    empty_database: Database, steps: Steps
) -> None:
    stranger = Migrator(empty_database.owner_dsn, "nobody_yet", source=steps.folder)

    with pytest.raises(BrokenSetting, match='CREATE ROLE "nobody_yet" LOGIN PASSWORD'):
        await stranger.up()

    assert await tables(empty_database) == set()


async def test_one_role_may_be_owner_and_service_at_once(empty_database: Database) -> None:
    single = Migrator(empty_database.owner_dsn, empty_database.owner.role)

    await single.up()

    async with connected(empty_database.owner_dsn) as connection:
        await connection.execute(SEED)
        await connection.execute("DELETE FROM audit")


async def test_a_database_out_of_reach_is_told_without_its_address(empty_database: Database) -> None:
    elsewhere = Migrator(empty_database.owner_dsn.replace(empty_database.name, "nowhere"), empty_database.service.role)

    with pytest.raises(CatalogUnavailable) as caught:
        await elsewhere.up()

    assert str(caught.value) == "The catalog did not answer: the database does not exist."
