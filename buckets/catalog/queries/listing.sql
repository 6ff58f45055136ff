-- name: page_heads
-- The readable heads of a range of keys, in the order of their bytes.
SELECT * FROM listed_head
WHERE bucket = $1 AND key >= $2 AND key < $3 AND is_readable
ORDER BY key LIMIT $4;

-- name: page_heads_of
-- Likewise, those of one owner.
SELECT * FROM listed_head
WHERE bucket = $1 AND owner = $5 AND key >= $2 AND key < $3 AND is_readable
ORDER BY key LIMIT $4;

-- name: page_folders
-- Entries of a range of keys, step by step: a readable head, and next the first behind it, or behind all keys that share what it has
-- up to the delimiter ($6). That stands `cut` characters behind the prefix ($5 characters), if it is in the key at all. In place of a
-- delimiter $7 makes the least text behind all that begins with it. LIMIT in each step is what makes it one look into the index.
WITH RECURSIVE entry AS (
    (
        SELECT 1 AS ordinal, h.*, strpos(substr(h.key, $5::integer + 1), $6) AS cut
        FROM listed_head h
        WHERE h.bucket = $1 AND h.key >= $2 AND h.key < $3 AND h.is_readable
        ORDER BY h.key LIMIT 1
    )
    UNION ALL
    SELECT next.*
    FROM entry e CROSS JOIN LATERAL (
        SELECT e.ordinal + 1, h.*, strpos(substr(h.key, $5::integer + 1), $6) AS cut
        FROM listed_head h
        WHERE h.bucket = $1 AND h.key < $3 AND h.is_readable
            AND h.key >= CASE e.cut WHEN 0 THEN e.key || E'\x01' ELSE left(e.key, $5::integer + e.cut - 1) || $7::text END
        ORDER BY h.key LIMIT 1
    ) next
    WHERE e.ordinal < $4::integer
)
SELECT * FROM entry;

-- name: page_by_creation
-- Heads from a time on, the oldest first: those that fit, of some thousand that are looked at, and the last one looked at.
SELECT * FROM (
    SELECT h.*, row_number() OVER () AS ordinal,
        h.is_readable AND h.key >= $4 AND h.key < $5 AND ($6::uuid IS NULL OR h.owner = $6) AS fits
    FROM (SELECT * FROM listed_head WHERE bucket = $1 AND (modified_at, key) > ($2, $3) ORDER BY modified_at, key LIMIT 5000) h
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $7;

-- name: page_by_creation_falling
-- Likewise, the youngest first.
SELECT * FROM (
    SELECT h.*, row_number() OVER () AS ordinal,
        h.is_readable AND h.key >= $4 AND h.key < $5 AND ($6::uuid IS NULL OR h.owner = $6) AS fits
    FROM (
        SELECT * FROM listed_head WHERE bucket = $1 AND (modified_at, key) < ($2, $3) ORDER BY modified_at DESC, key DESC LIMIT 5000
    ) h
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $7;

-- name: page_by_size
-- Likewise by size, the smallest first.
SELECT * FROM (
    SELECT h.*, row_number() OVER () AS ordinal,
        h.is_readable AND h.key >= $4 AND h.key < $5 AND ($6::uuid IS NULL OR h.owner = $6) AS fits
    FROM (SELECT * FROM listed_head WHERE bucket = $1 AND (size, key) > ($2, $3) ORDER BY size, key LIMIT 5000) h
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $7;

-- name: page_by_size_falling
-- Likewise, the largest first.
SELECT * FROM (
    SELECT h.*, row_number() OVER () AS ordinal,
        h.is_readable AND h.key >= $4 AND h.key < $5 AND ($6::uuid IS NULL OR h.owner = $6) AS fits
    FROM (SELECT * FROM listed_head WHERE bucket = $1 AND (size, key) < ($2, $3) ORDER BY size DESC, key DESC LIMIT 5000) h
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $7;

-- name: page_versions
-- What is there of a name, the youngest first.
SELECT v.*, h.version IS NOT NULL AS is_current
FROM kept_version v LEFT JOIN head h ON h.bucket = v.bucket AND h.key = v.key AND h.listed AND h.version = v.version
WHERE v.bucket = $1 AND v.key = $2 AND v.seq < $3
ORDER BY v.seq DESC LIMIT $4;
