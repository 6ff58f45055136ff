-- Without people who sign in, and without limits to keys. Keys that had limits go: unlimited they would reach further.
ALTER TABLE audit DROP COLUMN subject;
DROP INDEX credential_by_expiry;
COMMENT ON COLUMN credential.scopes IS NULL;
DELETE FROM credential WHERE scopes <> '{}';
DROP TABLE login;
DROP TABLE member_identity;
DROP INDEX member_by_email;
DROP INDEX member_email_unique;
ALTER TABLE member DROP COLUMN deleted_at, DROP COLUMN revision, DROP COLUMN password_hash, DROP COLUMN tier, DROP COLUMN email;
ALTER TABLE account DROP COLUMN operates;
