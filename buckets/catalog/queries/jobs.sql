-- name: enqueue_jobs
-- New jobs, always in one order so that two enqueuers cannot deadlock, and those that are unfinished already under the same names.
INSERT INTO job (id, kind, payload, account, owner, run_at, most_attempts, dedupe)
SELECT DISTINCT ON (kind, coalesce(dedupe, id::text)) id, kind, payload::jsonb, account, owner, coalesce(run_at, now()), most_attempts, dedupe
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::integer[], $8::text[])
    AS item (id, kind, payload, account, owner, run_at, most_attempts, dedupe)
ORDER BY kind, coalesce(dedupe, id::text), id
ON CONFLICT (kind, dedupe) WHERE dedupe IS NOT NULL AND state IN ('waiting', 'running') DO UPDATE SET updated_at = job.updated_at
RETURNING id, kind, dedupe;

-- name: claim_job
-- The job that has been due longest begins, or ends when it was left behind and may not begin once more.
WITH due AS MATERIALIZED (
    SELECT id, CASE WHEN cancel_requested THEN 'cancelled' WHEN attempt = most_attempts THEN 'dead' ELSE 'running' END AS next
    FROM job
    WHERE kind = ANY ($1::text[]) AND state IN ('waiting', 'running') AND coalesce(leased_until, run_at) <= now()
    ORDER BY coalesce(leased_until, run_at), id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE job j
SET state = next,
    attempt = CASE next WHEN 'running' THEN attempt + 1 ELSE attempt END,
    holder = CASE next WHEN 'running' THEN $2::uuid END,
    leased_until = CASE next WHEN 'running' THEN now() + $3::interval END,
    error = CASE state WHEN 'running' THEN $4 ELSE error END,
    updated_at = now()
FROM due
WHERE j.id = due.id
RETURNING j.id, kind, payload, state, attempt, most_attempts, account, owner, progress, error, result, run_at, created_at, updated_at,
    cancel_requested;

-- name: keep_job
-- Prolong the lease of its holder; no row comes back when it was lost.
UPDATE job SET leased_until = now() + $4::interval, progress = coalesce($5::jsonb, progress), updated_at = now()
WHERE id = $1 AND holder = $2 AND attempt = $3
RETURNING cancel_requested;

-- name: settle_job
-- End the lease of its holder; no row comes back when it was lost.
UPDATE job
SET state = CASE WHEN cancel_requested AND $4 <> 'done' THEN 'cancelled' ELSE $4 END,
    attempt = $5,
    error = $6,
    result = $7::jsonb,
    run_at = coalesce(now() + $8::interval, run_at),
    progress = coalesce($9::jsonb, progress),
    holder = NULL,
    leased_until = NULL,
    updated_at = now()
WHERE id = $1 AND holder = $2 AND attempt = $3
RETURNING id;

-- name: cancel_job
-- One that waits ends; one that runs is told.
UPDATE job SET cancel_requested = true, state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END, updated_at = now()
WHERE id = $1 AND state IN ('waiting', 'running');

-- name: find_job
-- A job as it stands.
SELECT id, kind, payload, state, attempt, most_attempts, account, owner, progress, error, result, run_at, created_at, updated_at,
    cancel_requested
FROM job
WHERE id = $1;

-- name: page_jobs
-- The newest jobs of everybody.
SELECT id, kind, payload, state, attempt, most_attempts, account, owner, progress, error, result, run_at, created_at, updated_at,
    cancel_requested
FROM job
WHERE id < coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
    AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
ORDER BY id DESC LIMIT $4;

-- name: page_jobs_of
-- The newest jobs of an account.
SELECT id, kind, payload, state, attempt, most_attempts, account, owner, progress, error, result, run_at, created_at, updated_at,
    cancel_requested
FROM job
WHERE account = $5 AND id < coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
    AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
ORDER BY id DESC LIMIT $4;

-- name: ensure_schedule
-- A schedule, due at once when it is new and no later than its period says when it was known.
INSERT INTO job_schedule (name, kind, every, payload) VALUES ($1, $2, $3, $4::jsonb)
ON CONFLICT (name) DO UPDATE
SET kind = excluded.kind, every = excluded.every, payload = excluded.payload,
    next_at = least(job_schedule.next_at, now() + excluded.every);

-- name: tick
-- The schedule that has been due longest enqueues its job, unless the one before is unfinished, and is due again in its next period.
WITH due AS MATERIALIZED (
    SELECT name FROM job_schedule WHERE next_at <= now() ORDER BY next_at, name LIMIT 1 FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE job_schedule s SET next_at = date_bin(every, now(), next_at) + every
    FROM due WHERE s.name = due.name
    RETURNING s.name, kind, payload
), added AS (
    INSERT INTO job (id, kind, payload, most_attempts, dedupe, run_at)
    SELECT $1, kind, payload, $2, 'schedule:' || name, now() FROM moved
    ON CONFLICT (kind, dedupe) WHERE dedupe IS NOT NULL AND state IN ('waiting', 'running') DO NOTHING
    RETURNING id
)
SELECT moved.name, added.id FROM moved LEFT JOIN added ON true;
