-- name: ensure_placement
-- Make a placement known, and say what is known of it.
INSERT INTO placement (id, store, physical_bucket) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET updated_at = placement.updated_at
RETURNING store, physical_bucket;

-- name: create_bucket
-- A new bucket; no row comes back when its name is taken.
INSERT INTO bucket (id, name, account, owner, placement, versioning, visibility, trash_seconds, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING
RETURNING id;

-- name: find_bucket
-- A living bucket by its name.
SELECT id, name, account, owner, placement, versioning, visibility, trash_seconds, created_at
FROM bucket
WHERE name = $1 AND deleted_at IS NULL;
