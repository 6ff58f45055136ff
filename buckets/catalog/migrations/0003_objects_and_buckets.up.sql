-- Objects and buckets as the fronts need them: rules that change, words beside the bytes, lists by time, size and owner, proofs of
-- what was not done, what goes by itself, and backups that hold the sweep.

-- Rules that change, and what is left of a bucket that was deleted

ALTER TABLE bucket
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN purged_at timestamptz,
    ADD CONSTRAINT bucket_revision_positive CHECK (revision > 0),
    ADD CONSTRAINT bucket_purged_when_deleted CHECK (purged_at IS NULL OR deleted_at IS NOT NULL);
COMMENT ON COLUMN bucket.settings IS 'Its rules that no statement asks for: cache, purpose, limits, lifecycle.';
COMMENT ON COLUMN bucket.revision IS 'Counts the changes of its rules.';
COMMENT ON COLUMN bucket.purged_at IS 'Since then nothing is left of what it held when it was deleted.';
CREATE INDEX bucket_unpurged ON bucket (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
COMMENT ON INDEX bucket_unpurged IS 'The purge: deleted buckets that something is left of.';


-- Words beside the bytes

ALTER TABLE version
    ADD COLUMN filename text,
    ADD CONSTRAINT version_filename_length CHECK (octet_length(filename) BETWEEN 1 AND 1024);
CREATE INDEX version_stacked ON version (bucket, id) WHERE NOT is_null AND trashed_at IS NULL;
COMMENT ON INDEX version_stacked IS 'Is a bucket empty: what it holds beside null versions, which have an index of their own.';

ALTER TABLE head
    ADD COLUMN filename text,
    ADD CONSTRAINT head_filename_length CHECK (octet_length(filename) BETWEEN 1 AND 1024);
CREATE INDEX head_by_modified ON head (bucket, modified_at, key) WHERE listed;
COMMENT ON INDEX head_by_modified IS 'The list of a bucket by time, in both directions.';
CREATE INDEX head_by_size ON head (bucket, size, key) WHERE listed;
COMMENT ON INDEX head_by_size IS 'The list of a bucket by size, in both directions.';
CREATE INDEX head_by_owner ON head (bucket, owner, key) WHERE listed;
COMMENT ON INDEX head_by_owner IS 'The list of what somebody owns in a bucket.';


-- What every read goes through: one place says what is readable, and what a head consists of

CREATE VIEW listed_head AS
SELECT bucket, key, seq, version, account, owner, size, etag, crc32c, md5, sha256, content_type, headers, metadata, tags, filename,
    state, visibility, layout, extents, first_blob, first_placement, first_locator, first_offset, first_length, modified_at,
    NOT quarantined AND state IN ('unscanned', 'clean') AS is_readable
FROM head
WHERE listed;
COMMENT ON VIEW listed_head IS 'The names that point to something.';

CREATE VIEW kept_version AS
SELECT v.bucket, v.key, v.seq, v.id AS version, v.account, v.owner, v.size, v.etag, v.crc32c, v.md5, v.sha256, v.content_type,
    v.headers, v.metadata, v.tags, v.filename, v.state, v.visibility, v.layout, v.extents, v.first_blob,
    b.placement AS first_placement, b.locator AS first_locator, v.first_offset, v.first_length, v.created_at AS modified_at,
    NOT v.quarantined AND v.state IN ('unscanned', 'clean') AS is_readable, v.kind, v.trashed_at
FROM version v LEFT JOIN blob b ON b.id = v.first_blob;
COMMENT ON VIEW kept_version IS 'The versions that are there, in the words of a head; markers and trash too.';


-- Proofs of what was not done

DROP INDEX outbox_unannounced;
CREATE INDEX outbox_unannounced ON outbox (bucket, key, seq) WHERE position IS NULL AND kind NOT IN ('void', 'nothing', 'refused');
COMMENT ON INDEX outbox_unannounced IS 'The announcer: what has no position yet, in the order of each key.';
CREATE INDEX outbox_proof ON outbox (created_at) WHERE kind IN ('void', 'nothing', 'refused');
COMMENT ON INDEX outbox_proof IS 'The announcer: proofs that nobody can ask for any more.';


-- Backups that hold the sweep

CREATE TABLE sweep_pin (
    id              uuid PRIMARY KEY,
    reason          text NOT NULL,
    until           timestamptz NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sweep_pin_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200)
);
COMMENT ON TABLE sweep_pin IS 'As long as one lasts, no bytes are deleted. A handful of rows, read whole.';
