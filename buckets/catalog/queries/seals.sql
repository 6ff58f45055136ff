-- name: take_sealing_turn
-- One sealer at a time, until its transaction ends.
SELECT pg_try_advisory_xact_lock(hashtextextended('seawall.seal', 0)) AS is_ours;

-- name: find_horizon
-- The time before which no row can come any more: no transaction of the service that is still running began earlier. It is null where the
-- server does not tell, not even of us.
SELECT least(min(xact_start), now() - $1::interval) AS at
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user
HAVING count(xact_start) > 0;

-- name: find_last_seal
-- The end of the chain.
SELECT number, first_at, first_id, last_at, last_id, entries, hash FROM audit_seal ORDER BY number DESC LIMIT 1;

-- name: find_unsealed
-- What happened behind the last seal and before the horizon, the oldest first.
SELECT * FROM audit WHERE at >= $1 AND (at, id) > ($1, $2) AND at < $3 ORDER BY at, id LIMIT $4;

-- name: add_seal
-- One link more.
INSERT INTO audit_seal (number, first_at, first_id, last_at, last_id, entries, hash) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: page_seals
-- Seals behind a number, in their order.
SELECT number, first_at, first_id, last_at, last_id, entries, hash FROM audit_seal WHERE number > $1 ORDER BY number LIMIT $2;

-- name: page_rows
-- What is there between two places of the audit, the latter included.
SELECT * FROM audit WHERE at >= $1 AND (at, id) > ($1, $2) AND at <= $3 AND (at, id) <= ($3, $4) ORDER BY at, id LIMIT $5;

-- name: find_removals
-- The months that retention has removed.
SELECT partition, from_at, until_at, created_at FROM audit_removal ORDER BY from_at;

-- name: remove_partition
-- Remove the oldest partition that is older than so many days, if there is one that may go.
SELECT remove_partition($1, $2) AS name;
