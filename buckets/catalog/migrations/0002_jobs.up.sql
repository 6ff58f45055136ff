-- Work that is done later: jobs with their owner, state and progress, and the schedules that enqueue some again and again.
--
-- A job's row is written by each heartbeat. So no trigger touches it, its statements set updated_at themselves, and it refers to
-- nobody by a foreign key.

CREATE TABLE job (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,
    payload         jsonb NOT NULL DEFAULT '{}',
    state           text NOT NULL DEFAULT 'waiting',
    attempt         integer NOT NULL DEFAULT 0,
    most_attempts   integer NOT NULL,
    account         text,
    owner           uuid,
    dedupe          text COLLATE "C",
    progress        jsonb NOT NULL DEFAULT '{}',
    error           text,
    result          jsonb,
    cancel_requested boolean NOT NULL DEFAULT false,
    run_at          timestamptz NOT NULL,
    holder          uuid,
    leased_until    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_kind_shape CHECK (kind ~ '^[a-z][a-z0-9_.-]{0,63}$'),
    CONSTRAINT job_payload_object CHECK (jsonb_typeof(payload) = 'object'),
    CONSTRAINT job_state_known CHECK (state IN ('waiting', 'running', 'done', 'dead', 'cancelled')),
    CONSTRAINT job_attempt_bounded CHECK (attempt BETWEEN 0 AND most_attempts),
    CONSTRAINT job_most_attempts_positive CHECK (most_attempts > 0),
    CONSTRAINT job_owner_in_account CHECK (owner IS NULL OR account IS NOT NULL),
    CONSTRAINT job_dedupe_length CHECK (octet_length(dedupe) BETWEEN 1 AND 255),
    CONSTRAINT job_progress_object CHECK (jsonb_typeof(progress) = 'object'),
    CONSTRAINT job_result_object CHECK (jsonb_typeof(result) = 'object'),
    CONSTRAINT job_result_when_done CHECK (result IS NULL OR state = 'done'),
    CONSTRAINT job_cancelled_on_request CHECK (state <> 'cancelled' OR cancel_requested),
    CONSTRAINT job_held_while_running CHECK (num_nonnulls(holder, leased_until) = CASE state WHEN 'running' THEN 2 ELSE 0 END)
);
COMMENT ON COLUMN job.run_at IS 'Before that nobody runs it; a retry moves it on.';
CREATE INDEX job_due ON job (coalesce(leased_until, run_at), id) WHERE state IN ('waiting', 'running');
COMMENT ON INDEX job_due IS 'Claims: what waits since it was due, and what runs since its lease ran out, in one order.';
CREATE UNIQUE INDEX job_dedupe_unique ON job (kind, dedupe) WHERE dedupe IS NOT NULL AND state IN ('waiting', 'running');
COMMENT ON INDEX job_dedupe_unique IS 'Enqueuing: is the same unfinished already.';
CREATE INDEX job_by_account ON job (account, id);
COMMENT ON INDEX job_by_account IS 'The list of an account''s jobs, newest first.';

CREATE TABLE job_schedule (
    name            text PRIMARY KEY,
    kind            text NOT NULL,
    every           interval NOT NULL,
    payload         jsonb NOT NULL DEFAULT '{}',
    next_at         timestamptz NOT NULL DEFAULT now(),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_schedule_name_shape CHECK (name ~ '^[a-z][a-z0-9_.-]{0,63}$'),
    CONSTRAINT job_schedule_kind_shape CHECK (kind ~ '^[a-z][a-z0-9_.-]{0,63}$'),
    CONSTRAINT job_schedule_every_positive CHECK (every > interval '0'),
    CONSTRAINT job_schedule_payload_object CHECK (jsonb_typeof(payload) = 'object')
);
COMMENT ON TABLE job_schedule IS 'A handful of rows, read whole.';
CREATE TRIGGER job_schedule_touched BEFORE UPDATE ON job_schedule FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
