-- name: lease_blobs
-- Write down the intent to store under a block of names.
INSERT INTO blob_lease (id, placement, holder, names, until) VALUES ($1, $2, $3, $4, now() + $5)
RETURNING until;

-- name: renew_leases
-- Prolong what a holder holds and nobody has had for too long.
UPDATE blob_lease SET until = now() + $2 WHERE holder = $1 AND until > now() AND created_at > now() - $3::interval;

-- name: find_head
-- The readable head of a name: the one predicate that every read goes through.
SELECT bucket, key, seq, version, account, owner, size, etag, crc32c, md5, sha256, content_type, metadata, tags, state, visibility,
    layout, extents, first_blob, first_placement, first_locator, first_offset, first_length, modified_at
FROM head
WHERE bucket = $1 AND key = $2 AND listed AND NOT quarantined AND state IN ('unscanned', 'clean');

-- name: load_extents
-- All extents of a version in their order: the first from the version, the others from their own table.
SELECT b.id AS blob, b.placement, b.locator, e.blob_offset, e.length
FROM (
    SELECT 0 AS ordinal, first_blob AS blob, first_offset AS blob_offset, first_length AS length
    FROM version WHERE bucket = $1 AND id = $2 AND extents > 0
    UNION ALL
    SELECT ordinal, blob, blob_offset, length
    FROM extent WHERE bucket = $1 AND version = $2
) e
JOIN blob b ON b.id = e.blob
ORDER BY e.ordinal;

-- name: page_heads
-- The readable heads from a key on, in the order of their bytes.
SELECT bucket, key, seq, version, account, owner, size, etag, crc32c, md5, sha256, content_type, metadata, tags, state, visibility,
    layout, extents, first_blob, first_placement, first_locator, first_offset, first_length, modified_at
FROM head
WHERE bucket = $1 AND key >= $2 AND listed AND NOT quarantined AND state IN ('unscanned', 'clean')
ORDER BY key LIMIT $3;

-- name: page_heads_before
-- The readable heads of a range of keys, in the order of their bytes.
SELECT bucket, key, seq, version, account, owner, size, etag, crc32c, md5, sha256, content_type, metadata, tags, state, visibility,
    layout, extents, first_blob, first_placement, first_locator, first_offset, first_length, modified_at
FROM head
WHERE bucket = $1 AND key >= $2 AND key < $3 AND listed AND NOT quarantined AND state IN ('unscanned', 'clean')
ORDER BY key LIMIT $4;
