-- name: lock_buckets
-- First lock of a COMMIT: the buckets that are still there, with the rules that count. Who deletes one, or gives it others, waits for
-- the end of this.
SELECT id, versioning, trash_seconds FROM bucket WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL ORDER BY id FOR SHARE;

-- name: open_usage
-- A usage row for each owner that has none yet.
INSERT INTO usage (account, owner)
SELECT DISTINCT account, owner FROM unnest($1::text[], $2::uuid[]) AS item (account, owner) ORDER BY account, owner
ON CONFLICT (account, owner) DO NOTHING;

-- name: lock_usage
-- Second lock of a COMMIT: the usage of every owner that writes, and of every owner whose object may go, in this order. LIMIT makes it
-- a look into an index for each name, whatever the tables were like when the plan was made.
SELECT u.account, u.owner
FROM usage u
WHERE (u.account, u.owner) IN (
    SELECT * FROM unnest($1::text[], $2::uuid[])
    UNION
    SELECT gone.account, gone.owner
    FROM unnest($3::uuid[], $4::text[]) AS item (bucket, key) CROSS JOIN LATERAL (
        (SELECT h.account, h.owner FROM head h WHERE h.bucket = item.bucket AND h.key = item.key AND h.listed LIMIT 1)
        UNION ALL
        (
            SELECT v.account, v.owner FROM version v
            WHERE v.bucket = item.bucket AND v.key = item.key AND v.is_null AND v.trashed_at IS NULL LIMIT 1
        )
    ) gone
)
ORDER BY u.account, u.owner
FOR UPDATE;

-- name: open_heads
-- A head row for each name that never had one.
INSERT INTO head (bucket, key)
SELECT bucket, key FROM unnest($1::uuid[], $2::text[]) AS item (bucket, key) ORDER BY bucket, key COLLATE "C"
ON CONFLICT (bucket, key) DO NOTHING;

-- name: lock_heads
-- Third lock of a COMMIT: the head of every name in the group, always in this order.
SELECT h.bucket, h.key, h.seq, h.listed, h.version, h.account, h.owner, h.size, h.etag
FROM head h
WHERE (h.bucket, h.key) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
ORDER BY h.bucket, h.key
FOR UPDATE;

-- name: find_null_versions
-- The null versions of names in buckets that have ceased to keep versions.
SELECT v.bucket, v.key, v.id AS version, v.account, v.owner, v.size, v.etag
FROM version v JOIN unnest($1::uuid[], $2::text[]) AS item (bucket, key) ON v.bucket = item.bucket AND v.key = item.key
WHERE v.is_null AND v.trashed_at IS NULL;

-- name: find_trashed_versions
-- Versions that are to be restored, of those that are in the trash still. No purge takes them away under the lock of their heads.
SELECT v.bucket, v.key, v.id AS version, v.account, v.owner, v.size, v.etag
FROM version v JOIN unnest($1::uuid[], $2::text[], $3::uuid[]) AS item (bucket, key, id)
    ON v.bucket = item.bucket AND v.id = item.id AND v.key = item.key
WHERE v.trashed_at IS NOT NULL;

-- name: find_answers
-- What was answered to writes that their callers have named; each owner's are settled under the lock of its usage. An answer that is
-- no object's has no version.
SELECT i.account AS writer_account, i.owner AS writer, i.key AS named, i.fingerprint, answer.*
FROM idempotency i LEFT JOIN LATERAL jsonb_populate_record(NULL::head, i.answer -> 'head') AS answer ON true
WHERE (i.account, i.owner, i.key) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[])) AND i.expires_at > now();

-- name: lock_leases
-- The leases that new blobs were named under, held so that no sweep condemns them meanwhile; those that ran out do not appear.
SELECT id FROM blob_lease WHERE id = ANY ($1::uuid[]) AND until > now() ORDER BY id FOR KEY SHARE;

-- name: lock_blobs
-- The blobs that are referred to once more, held so that no sweep condemns them meanwhile; those that are not live do not appear.
SELECT id FROM blob WHERE id = ANY ($1::uuid[]) AND state = 'live' ORDER BY id FOR KEY SHARE;

-- name: trash_versions
-- The versions that go to the trash: they are not content any more, and can still be brought back.
UPDATE version v SET trashed_at = now(), updated_at = now()
FROM unnest($1::uuid[], $2::uuid[]) AS item (bucket, id)
WHERE v.bucket = item.bucket AND v.id = item.id;

-- name: retire_versions
-- The versions that are forgotten; their blobs become candidates for the sweep.
-- A candidate that is there is taken again, so that a sweep which looks at it right now does not drop it.
WITH retired AS (
    DELETE FROM version v USING unnest($1::uuid[], $2::uuid[]) AS item (bucket, id)
    WHERE v.bucket = item.bucket AND v.id = item.id
    RETURNING v.first_blob AS blob
), unlinked AS (
    DELETE FROM extent e USING unnest($1::uuid[], $2::uuid[]) AS item (bucket, id)
    WHERE e.bucket = item.bucket AND e.version = item.id
    RETURNING e.blob
)
INSERT INTO gc_candidate (blob)
SELECT DISTINCT blob FROM (SELECT blob FROM retired UNION ALL SELECT blob FROM unlinked) freed WHERE blob IS NOT NULL ORDER BY blob
ON CONFLICT (blob) DO UPDATE SET queued_at = now();

-- name: add_blobs
-- The blobs of the items that won are live from now on.
INSERT INTO blob (id, account, placement, locator, size, stored_size, sums, state)
SELECT id, account, placement, locator, size, size, sums, 'live'
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
    AS item (id, account, placement, locator, size, sums);

-- name: add_extents
-- The second and later extents of versions.
INSERT INTO extent (bucket, version, ordinal, blob, blob_offset, length)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::bigint[], $6::bigint[]);

-- name: put_versions
-- The items that won: their versions, and the heads that point to them from now on.
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::boolean[], $6::text[], $7::uuid[], $8::bigint[], $9::text[],
        $10::bigint[], $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::text[], $20::integer[], $21::uuid[], $22::text[], $23::text[], $24::bigint[], $25::bigint[]
    ) AS item (bucket, id, key, seq, is_null, account, owner, size, etag,
        crc32c, md5, sha256, content_type, headers, metadata, tags, filename, visibility, state, extents,
        first_blob, first_placement, first_locator, first_offset, first_length)
), new_version AS (
    INSERT INTO version (bucket, id, key, seq, is_null, account, owner, size, etag, crc32c, md5, sha256,
        content_type, headers, metadata, tags, filename, visibility, state, extents, first_blob, first_offset, first_length, created_at)
    SELECT bucket, id, key, seq, is_null, account, owner, size, etag, crc32c, md5, sha256,
        content_type, headers::jsonb, metadata::jsonb, tags::jsonb, filename, visibility, state, extents,
        first_blob, first_offset, first_length, now()
    FROM item
)
UPDATE head h
SET seq = item.seq, listed = true, version = item.id, account = item.account, owner = item.owner, size = item.size, etag = item.etag,
    crc32c = item.crc32c, md5 = item.md5, sha256 = item.sha256, content_type = item.content_type, headers = item.headers::jsonb,
    metadata = item.metadata::jsonb, tags = item.tags::jsonb, filename = item.filename, visibility = item.visibility,
    state = item.state, quarantined = false, layout = 0,
    extents = item.extents, first_blob = item.first_blob, first_placement = item.first_placement,
    first_locator = item.first_locator, first_offset = item.first_offset, first_length = item.first_length,
    modified_at = now(), updated_at = now()
FROM item
WHERE h.bucket = item.bucket AND h.key = item.key;

-- name: edit_versions
-- Other words about the same bytes: in versions, and in the heads that point to them.
WITH item AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]
    ) AS item (bucket, id, key, seq, content_type, headers, metadata, tags, filename, visibility)
), edited AS (
    UPDATE version v
    SET seq = item.seq, content_type = item.content_type, headers = item.headers::jsonb, metadata = item.metadata::jsonb,
        tags = item.tags::jsonb, filename = item.filename, visibility = item.visibility, updated_at = now()
    FROM item
    WHERE v.bucket = item.bucket AND v.id = item.id
)
UPDATE head h
SET seq = item.seq, content_type = item.content_type, headers = item.headers::jsonb, metadata = item.metadata::jsonb,
    tags = item.tags::jsonb, filename = item.filename, visibility = item.visibility, updated_at = now()
FROM item
WHERE h.bucket = item.bucket AND h.key = item.key AND h.version = item.id;

-- name: add_markers
-- Versions that say that a name was deleted.
INSERT INTO version (bucket, id, key, seq, is_null, kind, account, owner, size, etag, crc32c, content_type, state, extents, created_at)
SELECT bucket, id, key, seq, is_null, 'marker', account, owner, 0, '', 0, '', 'clean', 0, now()
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::boolean[], $6::text[], $7::uuid[])
    AS item (bucket, id, key, seq, is_null, account, owner);

-- name: unlist_heads
-- The names that point to nothing any more. The row stays: the order of versions counts on.
UPDATE head h SET seq = item.seq, listed = false, version = NULL, updated_at = now()
FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS item (bucket, key, seq)
WHERE h.bucket = item.bucket AND h.key = item.key;

-- name: settle_usage
-- What each owner uses more or less than before.
UPDATE usage u
SET stored_bytes = u.stored_bytes + item.bytes, stored_objects = u.stored_objects + item.objects,
    trashed_bytes = u.trashed_bytes + item.trashed, updated_at = now()
FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[]) AS item (account, owner, bytes, objects, trashed)
WHERE u.account = item.account AND u.owner = item.owner;

-- name: add_answers
-- What callers who repeat a write under its name will be answered, for a day: the head as it is now, whatever becomes of it.
INSERT INTO idempotency (account, owner, key, fingerprint, answer, expires_at, created_at)
SELECT item.account, item.owner, item.named, item.fingerprint, jsonb_build_object('head', to_jsonb(h)), now() + interval '24 hours', now()
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::uuid[], $6::text[])
    AS item (account, owner, named, fingerprint, bucket, key)
JOIN head h ON h.bucket = item.bucket AND h.key = item.key
ON CONFLICT (account, owner, key) DO UPDATE
SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at, created_at = excluded.created_at;

-- name: add_audit
-- One line for every item of the group, refused ones too, by its operation.
INSERT INTO audit (at, id, account, actor, on_behalf_of, credential, action, bucket, key, version, subject, result, reason, address,
    agent, request_id, bytes)
SELECT now(), * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::uuid[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[]);

-- name: add_events
-- What the announcer will tell the world, and what it will not: each row is also the proof of what became of its operation.
INSERT INTO outbox (id, account, bucket, key, seq, kind, payload)
SELECT id, account, bucket, key, seq, kind, payload::jsonb
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[])
    AS event (id, account, bucket, key, seq, kind, payload)
RETURNING id, created_at;

-- name: void_operation
-- Make sure that an operation will never be carried out; no row comes back when it has been looked at. One on its way is waited for.
INSERT INTO outbox (id, account, bucket, key, seq, kind) VALUES ($1, $2, $3, $4, 0, 'void')
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: find_operation
-- The proof of what became of an operation.
SELECT seq, kind, payload, created_at FROM outbox WHERE id = $1;
