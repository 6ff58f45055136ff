"""Jobs over several workers: each is run once, and none is lost. PostgreSQL itself writes down when one begins."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from tests.acceptance.crew import crew
from tests.acceptance.installed import Installation
from tests.acceptance.stack import PATIENCE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WRITE_DOWN = """
DELETE FROM job;
CREATE TABLE began (job uuid, holder uuid);
CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF new.holder IS NOT NULL AND new.attempt <> old.attempt THEN INSERT INTO began VALUES (new.id, new.holder); END IF;
    RETURN new;
END $$;
CREATE TRIGGER written_down AFTER UPDATE ON job FOR EACH ROW EXECUTE FUNCTION write_down();
"""
FORGET = "DROP TRIGGER written_down ON job; DROP FUNCTION write_down; DROP TABLE began;"
ENQUEUE = """
INSERT INTO job (id, kind, payload, run_at, most_attempts)
SELECT gen_random_uuid(), 'purge', jsonb_build_object('bucket', gen_random_uuid()), now(), 5 FROM generate_series(1, $1)
"""
UNFINISHED = "SELECT count(*) FROM job WHERE state IN ('waiting', 'running') AND dedupe IS NULL"


@pytest.fixture
async def owner(installation: Installation) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(installation.dsn)
    await connection.execute(WRITE_DOWN)
    await connection.execute("UPDATE job_schedule SET next_at = now() + every")
    try:
        yield connection
    finally:
        await connection.execute(FORGET)
        await connection.close()


async def becomes(owner: Connection, statement: str, wanted: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while await owner.fetchval(statement) != wanted:
            pass


@asynccontextmanager
async def all_hands_full(installation: Installation, owner: Connection, jobs: int) -> AsyncIterator[None]:
    """So many jobs, of which three workers have begun as many as they can, and cannot go on until the block is left."""
    holder = await asyncpg.connect(installation.dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE version IN ACCESS EXCLUSIVE MODE")  # what a purge reads first
        await owner.execute(ENQUEUE, jobs)
        await becomes(owner, "SELECT count(*) FROM job WHERE state = 'running' AND dedupe IS NULL", 12)
        yield
    await holder.close()


async def test_each_job_is_run_once_by_one_of_them(installation: Installation, owner: Connection, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3):
        async with all_hands_full(installation, owner, 300):
            assert await owner.fetchval("SELECT count(DISTINCT holder) FROM job WHERE state = 'running'") == 3
        await becomes(owner, UNFINISHED, 0)
        assert await owner.fetchval("SELECT count(*) FROM job WHERE state = 'done' AND attempt = 1 AND dedupe IS NULL") == 300
        began = await owner.fetch("SELECT job FROM began JOIN job ON job.id = began.job WHERE dedupe IS NULL")
        assert len(began) == len(set(began)) == 300


async def test_a_schedule_fires_once_in_each_period(installation: Installation, owner: Connection, tmp_path: Path) -> None:
    with crew(installation, tmp_path, 3, "--set", "worker.sweep_every=1"):
        fired = "FROM job JOIN job_schedule s ON s.kind = job.kind WHERE s.kind = 'sweep'"
        await becomes(owner, f"SELECT count(*) >= 6 {fired}", True)
        periods = f"SELECT count(*) = count(DISTINCT date_bin(every, job.run_at, next_at)) {fired}"
        assert await owner.fetchval(periods), "a period has had two"


async def test_a_worker_that_is_killed_amid_its_jobs_loses_none(
    installation: Installation, owner: Connection, tmp_path: Path
) -> None:
    with crew(installation, tmp_path, 3) as workers:
        async with all_hands_full(installation, owner, 60):
            os.kill(workers.pids[0], signal.SIGKILL)
        await becomes(owner, "SELECT count(*) FROM job WHERE state = 'done' AND dedupe IS NULL", 56)
        assert await owner.fetchval("SELECT count(*) FROM job WHERE state = 'running' AND dedupe IS NULL") == 4
        await owner.execute("UPDATE job SET leased_until = now() WHERE state = 'running'")  # as time would
        await becomes(owner, UNFINISHED, 0)
        attempts = "SELECT attempt, count(*) FROM job WHERE state = 'done' AND dedupe IS NULL GROUP BY attempt ORDER BY attempt"
        assert [tuple(row) for row in await owner.fetch(attempts)] == [(1, 56), (2, 4)]
        began = await owner.fetch("SELECT count(*) FROM began JOIN job ON job.id = began.job WHERE dedupe IS NULL")
        assert began[0][0] == 64
        assert workers.served.ended() == 0
