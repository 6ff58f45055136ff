-- name: find_lost_versions
-- Versions that nobody can bring back: in the trash for as long as their bucket says, or in a deleted bucket.
(
    SELECT v.bucket, v.id, v.key, v.account, v.owner
    FROM bucket b CROSS JOIN LATERAL (
        SELECT * FROM version t
        WHERE t.bucket = b.id AND t.trashed_at <= now() - b.trash_seconds * interval '1 second'
        ORDER BY t.trashed_at LIMIT $1
    ) v
    WHERE b.deleted_at IS NULL AND ($2::uuid IS NULL OR b.id = $2)
)
UNION ALL
(
    SELECT v.bucket, v.id, v.key, v.account, v.owner
    FROM bucket b CROSS JOIN LATERAL (SELECT * FROM version g WHERE g.bucket = b.id ORDER BY g.id LIMIT $1) v
    WHERE b.deleted_at IS NOT NULL AND b.purged_at IS NULL AND ($2::uuid IS NULL OR b.id = $2)
)
LIMIT $1;

-- name: lock_owners
-- First lock of a purge: the usage of those whose versions seem to be going, in the order of COMMIT.
SELECT FROM usage WHERE (account, owner) IN (SELECT * FROM unnest($1::text[], $2::uuid[])) ORDER BY account, owner FOR UPDATE;

-- name: lock_names
-- Second lock of a purge: the heads of their names, in the order of COMMIT.
SELECT FROM head WHERE (bucket, key) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) ORDER BY bucket, key FOR UPDATE;

-- name: still_lost_versions
-- Those that are still there, and still lost. This must be a statement after the locks, to see what was waited for.
SELECT v.bucket, v.id, v.key, v.account, v.owner, v.size, v.trashed_at IS NOT NULL AS is_trashed
FROM unnest($1::uuid[], $2::uuid[]) AS seen (bucket, id)
JOIN version v ON v.bucket = seen.bucket AND v.id = seen.id
JOIN bucket b ON b.id = v.bucket
WHERE b.deleted_at IS NOT NULL OR v.trashed_at <= now() - b.trash_seconds * interval '1 second';

-- name: drop_heads
-- The heads that pointed to what is gone; there are none but in deleted buckets.
DELETE FROM head h USING unnest($1::uuid[], $2::text[], $3::uuid[]) AS gone (bucket, key, version)
WHERE h.bucket = gone.bucket AND h.key = gone.key AND h.version = gone.version;

-- name: find_emptied_bucket
-- A deleted bucket that no version is left of; the order makes that one look into the index.
SELECT b.id FROM bucket b
WHERE b.deleted_at IS NOT NULL AND b.purged_at IS NULL AND ($1::uuid IS NULL OR b.id = $1)
    AND (SELECT v.id FROM version v WHERE v.bucket = b.id ORDER BY v.id LIMIT 1) IS NULL
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: drop_names
-- Names of a deleted bucket that point to nothing.
DELETE FROM head WHERE (bucket, key) IN (SELECT h.bucket, h.key FROM head h WHERE h.bucket = $1 ORDER BY h.key LIMIT $2)
RETURNING key;

-- name: mark_purged
-- Nothing is left of a deleted bucket.
UPDATE bucket SET purged_at = now() WHERE id = $1;
