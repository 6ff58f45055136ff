-- name: lock_heir
-- Who is given something, and is not deleted meanwhile.
SELECT id FROM member WHERE account = $1 AND id = $2 AND status <> 'deleted' FOR SHARE;

-- name: pass_on_buckets
-- The living buckets of somebody belong to somebody else from now on.
UPDATE bucket SET owner = $2 WHERE owner = $1 AND deleted_at IS NULL RETURNING id;

-- name: page_versions_of_account
-- Versions in the buckets of an account behind one of them, whoever owns them, in the order of buckets and ids: a page costs what it holds.
SELECT v.bucket, v.id, v.key, v.owner
FROM bucket b CROSS JOIN LATERAL (
    SELECT * FROM version t WHERE t.bucket = b.id AND (t.bucket, t.id) > ($2, $3) ORDER BY t.id LIMIT $4
) v
WHERE b.account = $1 AND b.id >= $2 AND b.purged_at IS NULL
ORDER BY b.id, v.id LIMIT $4;

-- name: pass_on_versions
-- Those of some versions that are somebody's still belong to somebody else from now on. This must be a statement after the locks, to see
-- what was waited for.
UPDATE version v SET owner = $4, updated_at = now()
FROM unnest($1::uuid[], $2::uuid[]) AS item (bucket, id)
WHERE v.bucket = item.bucket AND v.id = item.id AND v.owner = $3
RETURNING v.bucket, v.id, v.key, v.size, v.trashed_at IS NOT NULL AS is_trashed;

-- name: pass_on_heads
-- So do the heads that point to them.
UPDATE head h SET owner = $4, updated_at = now()
FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS item (bucket, key, version)
WHERE h.bucket = item.bucket AND h.key = item.key AND h.version = item.version;
