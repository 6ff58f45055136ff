-- name: try_lock
-- One starter migrates at a time. Asked again and again rather than waited for: who waits inside a statement holds a snapshot, and
-- CREATE INDEX CONCURRENTLY would wait for that in turn.
SELECT pg_try_advisory_lock(hashtextextended('seawall.migrations', 0)) AS locked;

-- name: has_ledger
-- Whether any migration was ever applied here.
SELECT to_regclass('schema_migration') IS NOT NULL AS present;

-- name: create_ledger
-- The table that remembers what was applied.
CREATE TABLE IF NOT EXISTS schema_migration (
    number      integer PRIMARY KEY,
    name        text NOT NULL,
    sha256      text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- name: applied
-- What was applied, in its order.
SELECT number, name, sha256, applied_at FROM schema_migration ORDER BY number;

-- name: remember
-- A migration is applied now.
INSERT INTO schema_migration (number, name, sha256) VALUES ($1, $2, $3);

-- name: forget
-- A migration was taken back.
DELETE FROM schema_migration WHERE number = $1;

-- name: be_impatient
-- A change of a table that cannot have its lock soon gives up, rather than let every query queue behind it.
SELECT set_config('lock_timeout', '10s', true);

-- name: know_service
-- Whether the service's role exists, and whether it is the one that we are.
SELECT $1::name = current_user AS ourselves, EXISTS (SELECT FROM pg_roles WHERE rolname = $1::name) AS present;

-- name: name_service
-- Tell grants.sql whom it is about.
SELECT set_config('seawall.service_role', $1, false);
