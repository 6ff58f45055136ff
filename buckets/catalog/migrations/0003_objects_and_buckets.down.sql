-- Without what the fronts need beyond plain objects.
DROP TABLE sweep_pin;
DROP INDEX outbox_proof;
DROP INDEX outbox_unannounced;
DELETE FROM outbox WHERE kind IN ('nothing', 'refused');
CREATE INDEX outbox_unannounced ON outbox (bucket, key, seq) WHERE position IS NULL;
COMMENT ON INDEX outbox_unannounced IS 'The announcer: what has no position yet, in the order of each key.';
DROP VIEW kept_version;
DROP VIEW listed_head;
DROP INDEX head_by_owner;
DROP INDEX head_by_size;
DROP INDEX head_by_modified;
ALTER TABLE head DROP COLUMN filename;
DROP INDEX version_stacked;
ALTER TABLE version DROP COLUMN filename;
DROP INDEX bucket_unpurged;
COMMENT ON COLUMN bucket.settings IS NULL;
ALTER TABLE bucket DROP COLUMN purged_at, DROP COLUMN revision;
