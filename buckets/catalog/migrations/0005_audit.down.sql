-- Without pages of the audit, and without its retention.
DROP FUNCTION remove_partition(text, integer);
DROP TABLE audit_removal;
DROP VIEW audit_entry;
DROP INDEX access_log_by_subject;
DROP INDEX access_log_by_object;
DROP INDEX access_log_by_beneficiary;
DROP INDEX access_log_by_actor;
DROP INDEX access_log_by_account;
DROP INDEX audit_by_subject;
DROP INDEX audit_by_object;
DROP INDEX audit_by_beneficiary;
DROP INDEX audit_by_actor;
DROP INDEX audit_by_account;
CREATE INDEX audit_by_actor ON audit (account, actor, at);
COMMENT ON INDEX audit_by_actor IS 'What a member did.';
CREATE INDEX audit_by_object ON audit (account, bucket, key, at);
COMMENT ON INDEX audit_by_object IS 'What happened to an object.';
ALTER TABLE access_log DROP COLUMN subject;
