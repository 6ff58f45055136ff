-- name: lock_account
-- Whose people are added to, changed or deleted now: one at a time, so that what holds for all of them together stays so.
SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE;

-- name: lock_member
-- Somebody who is to be changed or deleted, and is given nothing meanwhile.
SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE;

-- name: add_member
-- A person or a service in an account.
INSERT INTO member (id, account, name, role, email, status, tier, preferences) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: find_member
-- A user of an account, in whatever state.
SELECT m.id, m.account, m.name, m.role, m.email, m.status, m.tier, m.preferences, m.revision,
    ARRAY(SELECT ARRAY[i.issuer, i.subject] FROM member_identity i WHERE i.member = m.id) AS identities
FROM member m
WHERE m.account = $1 AND m.id = $2;

-- name: page_members
-- The users of an account behind one of them, in the order of their ids.
SELECT m.id, m.account, m.name, m.role, m.email, m.status, m.tier, m.preferences, m.revision,
    ARRAY(SELECT ARRAY[i.issuer, i.subject] FROM member_identity i WHERE i.member = m.id) AS identities
FROM member m
WHERE m.account = $1 AND m.id > $2 AND m.status = ANY ($3::text[]) AND ($4::text IS NULL OR m.role = $4)
    AND ($5::text IS NULL OR lower(m.email) = lower($5))
ORDER BY m.id LIMIT $6;

-- name: change_member
-- What is said of a user from now on; no row comes back when it was changed since its revision.
UPDATE member
SET name = $3, role = $4, email = $5, status = $6, tier = $7, preferences = $8, revision = revision + 1
WHERE id = $1 AND revision = $2 AND status <> 'deleted'
RETURNING revision;

-- name: delete_member
-- A user that is gone. The row stays for what it did, and so that nobody gets its id.
UPDATE member SET status = 'deleted', deleted_at = now(), revision = revision + 1 WHERE id = $1;

-- name: find_namesake
-- Another user of an account with an email address, however it is written.
SELECT id FROM member WHERE account = $1 AND lower(email) = lower($2) AND status <> 'deleted' AND id <> $3 LIMIT 1;

-- name: find_other_leader
-- Another active owner of an account.
SELECT id FROM member WHERE account = $1 AND role = 'owner' AND status = 'active' AND id <> $2 ORDER BY id LIMIT 1;

-- name: drop_identities
-- What a user is not called elsewhere any more: all but these.
DELETE FROM member_identity WHERE member = $1 AND (issuer, subject) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]));

-- name: add_identities
-- What a user is called elsewhere. Who goes by one of these already keeps it.
INSERT INTO member_identity (issuer, subject, member)
SELECT issuer, subject, $1 FROM unnest($2::text[], $3::text[]) AS said (issuer, subject) ORDER BY issuer COLLATE "C", subject COLLATE "C"
ON CONFLICT (issuer, subject) DO NOTHING;

-- name: count_identities
-- By how many names a user is known elsewhere.
SELECT count(*) AS number FROM member_identity WHERE member = $1;

-- name: lock_usage_of
-- Whose writes have ended: the usage of somebody who is to be deleted.
SELECT FROM usage WHERE account = $1 AND owner = $2 FOR UPDATE;

-- name: owns_something
-- Does somebody own a bucket, or anything that is content. This must be a statement after the lock, so that it sees what it waited for.
(SELECT id FROM bucket WHERE owner = $2 AND deleted_at IS NULL LIMIT 1)
UNION ALL
(SELECT owner FROM usage WHERE account = $1 AND owner = $2 AND stored_objects > 0)
LIMIT 1;
