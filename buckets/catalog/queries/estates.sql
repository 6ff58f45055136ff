-- name: lock_heir
-- Who is given something, and is not deleted meanwhile.
SELECT id FROM member WHERE account = $1 AND id = $2 AND status <> 'deleted' FOR SHARE;

-- name: pass_on_buckets
-- The living buckets of somebody belong to somebody else from now on.
UPDATE bucket SET owner = $2 WHERE owner = $1 AND deleted_at IS NULL RETURNING id;

-- name: page_versions_of_bucket
-- Versions in a bucket behind one of them, whoever owns them, in the order of their ids: a page costs what it holds.
SELECT bucket, id, key, owner FROM version WHERE bucket = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: find_next_bucket
-- The bucket of an account behind another that may hold something, in the order of their ids.
SELECT id FROM bucket WHERE account = $1 AND id > $2 AND purged_at IS NULL ORDER BY id LIMIT 1;

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
