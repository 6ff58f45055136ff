-- name: lease_blobs
-- Write down the intent to store under a block of names.
INSERT INTO blob_lease (id, placement, holder, names, until) VALUES ($1, $2, $3, $4, now() + $5)
RETURNING until;

-- name: renew_leases
-- Prolong what a holder holds and nobody has had for too long.
UPDATE blob_lease SET until = now() + $2 WHERE holder = $1 AND until > now() AND created_at > now() - $3::interval;

-- name: find_heads
-- The readable heads of names. LIMIT makes it a look into an index for each, whatever the tables were like when the plan was made.
SELECT found.*
FROM unnest($1::uuid[], $2::text[]) AS asked (bucket, key) CROSS JOIN LATERAL (
    SELECT * FROM listed_head h WHERE h.bucket = asked.bucket AND h.key = asked.key AND h.is_readable LIMIT 1
) found;

-- name: find_version
-- A readable version of a name, current or not.
SELECT * FROM kept_version
WHERE bucket = $1 AND key = $2 AND version = $3 AND is_readable AND kind = 'object' AND trashed_at IS NULL;

-- name: load_extents
-- The extents that hold a part of a version, cut to it, in their order: the first from the version, the others from their own table.
SELECT b.id AS blob, b.placement, b.locator, e.blob_offset + greatest($3 - e.start, 0) AS blob_offset,
    least($4, e.stop) - greatest($3, e.start) AS length
FROM (
    SELECT ordinal, blob, blob_offset, (sum(length) OVER past)::bigint - length AS start, (sum(length) OVER past)::bigint AS stop
    FROM (
        SELECT 0 AS ordinal, first_blob AS blob, first_offset AS blob_offset, first_length AS length
        FROM version WHERE bucket = $1 AND id = $2 AND extents > 0
        UNION ALL
        SELECT ordinal, blob, blob_offset, length
        FROM extent WHERE bucket = $1 AND version = $2
    ) run
    WINDOW past AS (ORDER BY ordinal)
) e
JOIN blob b ON b.id = e.blob
WHERE e.start < $4::bigint AND e.stop > $3::bigint
ORDER BY e.ordinal;

-- name: load_sums
-- How large blobs are, and a part of the sums of each, in the order asked for. Only that part is read from where they are kept.
SELECT b.size, substring(b.sums FROM part.first + 1 FOR part.length) AS sums
FROM unnest($1::uuid[], $2::integer[], $3::integer[]) WITH ORDINALITY AS part (blob, first, length, ordinal)
LEFT JOIN blob b ON b.id = part.blob
ORDER BY part.ordinal;
