-- name: ensure_placement
-- Make a placement known, and say what is known of it.
INSERT INTO placement (id, store, physical_bucket) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET updated_at = placement.updated_at
RETURNING store, physical_bucket;

-- name: create_bucket
-- A new bucket; no row comes back when its name is taken.
INSERT INTO bucket (id, name, account, owner, placement, created_at, revision, versioning, visibility, trash_seconds, settings)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING
RETURNING id;

-- name: find_buckets
-- Living buckets by their names.
SELECT id, name, account, owner, placement, created_at, revision, versioning, visibility, trash_seconds, settings
FROM bucket
WHERE name = ANY ($1::text[]) AND deleted_at IS NULL;

-- name: page_buckets
-- The living buckets of an account in a range of names, in the order of these.
SELECT id, name, account, owner, placement, created_at, revision, versioning, visibility, trash_seconds, settings
FROM bucket
WHERE account = $1 AND name >= $2 AND name < $3 AND deleted_at IS NULL
ORDER BY name LIMIT $4;

-- name: change_bucket
-- Other rules for a living bucket; no row comes back when it has others by now than its revision says.
UPDATE bucket SET revision = revision + 1, versioning = $3, visibility = $4, trash_seconds = $5, settings = $6
WHERE id = $1 AND revision = $2 AND deleted_at IS NULL
RETURNING id, name, account, owner, placement, created_at, revision, versioning, visibility, trash_seconds, settings;

-- name: is_living
-- Is a bucket there still.
SELECT id FROM bucket WHERE id = $1 AND deleted_at IS NULL;

-- name: lock_living
-- A bucket that is to be deleted. Who writes there ends first; who comes later waits, and finds it gone.
SELECT id FROM bucket WHERE id = $1 AND deleted_at IS NULL FOR UPDATE;

-- name: holds_content
-- Does a bucket hold anything but trash: a null version, or another. The order makes it one look into an index each, whatever the
-- statistics say. This must be a statement after the lock, so that it sees what it waited for.
(SELECT id FROM version WHERE bucket = $1 AND is_null AND trashed_at IS NULL ORDER BY key LIMIT 1)
UNION ALL
(SELECT id FROM version WHERE bucket = $1 AND NOT is_null AND trashed_at IS NULL ORDER BY id LIMIT 1)
LIMIT 1;

-- name: delete_bucket
-- The name of a bucket is free. The row stays for what it held, and for those who are told of it.
UPDATE bucket SET deleted_at = now() WHERE id = $1;

-- name: lock_owner
-- Whose idempotency keys are settled now.
SELECT FROM usage WHERE account = $1 AND owner = $2 FOR UPDATE;

-- name: find_bucket_answer
-- What was answered to somebody who called a request so. An answer that is no bucket's has no name.
SELECT i.fingerprint, answer.*
FROM idempotency i LEFT JOIN LATERAL jsonb_populate_record(NULL::bucket, i.answer -> 'bucket') AS answer ON true
WHERE i.account = $1 AND i.owner = $2 AND i.key = $3 AND i.expires_at > now();

-- name: add_bucket_answer
-- What a caller who repeats the creation of a bucket under its key will be answered, for a day.
INSERT INTO idempotency (account, owner, key, fingerprint, answer, expires_at, created_at)
SELECT b.account, b.owner, $2, $3, jsonb_build_object('bucket', to_jsonb(b)), now() + interval '24 hours', now()
FROM bucket b
WHERE b.id = $1
ON CONFLICT (account, owner, key) DO UPDATE
SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at, created_at = excluded.created_at;
