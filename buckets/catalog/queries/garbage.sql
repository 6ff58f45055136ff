-- name: lock_abandoned
-- A lease that ran out long enough ago. One that a COMMIT holds is left alone; one that is taken here, no COMMIT can hold any more.
SELECT id, placement, holder, names, until FROM blob_lease WHERE until <= now() - $1::interval
ORDER BY until LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: condemn_names
-- The names of an ended lease that were never committed: whatever was stored under them, nobody will ever refer to it.
INSERT INTO blob (id, placement, state, condemned_at, erase_at)
SELECT id, $2, 'condemned', now(), now() FROM unnest($1::uuid[]) AS name (id) ORDER BY id
ON CONFLICT (id) DO NOTHING;

-- name: end_lease
-- Nothing is committed under a lease that is not there.
DELETE FROM blob_lease WHERE id = $1;

-- name: lock_candidates
-- Candidates, oldest first, together with their blobs. What is locked by a COMMIT that refers to the blob, or by another sweep, is
-- left for later: who never waits with locks in hand is part of no deadlock. Once locked, a blob can get no further reference.
SELECT c.blob FROM gc_candidate c JOIN blob b ON b.id = c.blob
ORDER BY c.queued_at LIMIT $1
FOR UPDATE SKIP LOCKED;

-- name: condemn_unreferenced
-- Of the blobs that are locked, those that nothing refers to. This must be a statement after the lock: only so does its snapshot hold
-- every reference that was committed before the lock was got.
UPDATE blob b SET state = 'condemned', condemned_at = now(), erase_at = now() + $2::interval, updated_at = now()
WHERE b.id = ANY ($1::uuid[]) AND b.state = 'live'
    AND NOT EXISTS (SELECT FROM version v WHERE v.first_blob = b.id)
    AND NOT EXISTS (SELECT FROM extent e WHERE e.blob = b.id);

-- name: drop_candidates
-- The candidates that were looked at. Who takes a reference away meanwhile waits for this, and adds them anew.
DELETE FROM gc_candidate WHERE blob = ANY ($1::uuid[]);

-- name: due_blobs
-- Blobs whose bytes may go; none as long as a pin lasts. Nothing is locked: to delete bytes twice does no harm.
SELECT id, placement, locator, erased FROM blob
WHERE state = 'condemned' AND erase_at <= now() AND placement = ANY ($1::text[])
    AND NOT EXISTS (SELECT FROM sweep_pin WHERE until > now())
ORDER BY erase_at LIMIT $2;

-- name: lock_erased
-- Blobs that are still as they were when their bytes went: another sweep may have settled them since, or be at it.
SELECT b.id, b.erased
FROM unnest($1::uuid[], $2::smallint[]) AS seen (id, erased) JOIN blob b ON b.id = seen.id AND b.erased = seen.erased
WHERE b.state = 'condemned'
FOR UPDATE OF b SKIP LOCKED;

-- name: erase_again
-- The bytes went for the first time.
UPDATE blob SET erased = erased + 1, erase_at = now() + $2::interval, updated_at = now() WHERE id = ANY ($1::uuid[]);

-- name: forget_blobs
-- The bytes went for the second time, and nothing of the blobs is left.
DELETE FROM blob WHERE id = ANY ($1::uuid[]);

-- name: pin
-- No bytes are to go for a while. Pins that ran out are cleared away.
WITH ran_out AS (DELETE FROM sweep_pin WHERE until <= now())
INSERT INTO sweep_pin (id, reason, until) VALUES (gen_random_uuid(), $1, now() + $2::interval)
RETURNING id;

-- name: renew_pin
-- Prolong a pin that has not run out; no row comes back when it has.
UPDATE sweep_pin SET until = now() + $2::interval WHERE id = $1 AND until > now()
RETURNING id;

-- name: unpin
-- Bytes may go again, as far as this pin is concerned.
DELETE FROM sweep_pin WHERE id = $1;
