-- name: find_identities
-- Active users by what others call them.
SELECT i.issuer, i.subject, m.id AS member, m.account, m.role, m.tier
FROM unnest($1::text[], $2::text[]) AS asked (issuer, subject)
JOIN member_identity i ON i.issuer = asked.issuer AND i.subject = asked.subject
JOIN member m ON m.id = i.member AND m.status = 'active'
JOIN account a ON a.id = m.account AND a.status = 'active';

-- name: add_person
-- A user with an address and a password; a row says that nobody else in the account has the address.
INSERT INTO member (id, account, name, role, email, tier, password_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (account, lower(email)) WHERE status <> 'deleted' DO NOTHING
RETURNING id;

-- name: find_people_by_email
-- Active users who have an address, of one account or of all: two are as good as many.
SELECT m.id FROM member m JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE lower(m.email) = lower($1) AND m.status = 'active' AND m.email IS NOT NULL AND ($2::text IS NULL OR m.account = $2)
LIMIT 2;

-- name: find_passwords_by_email
-- Active users who sign in with an address, of one account or of all: two are as good as many.
SELECT m.id, m.account, m.role, m.email, m.password_hash, m.revision, m.tier
FROM member m JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE lower(m.email) = lower($1) AND m.status = 'active' AND m.email IS NOT NULL AND m.password_hash IS NOT NULL
    AND ($2::text IS NULL OR m.account = $2)
LIMIT 2;

-- name: find_password
-- An active user who signs in with a password.
SELECT m.id, m.account, m.role, m.email, m.password_hash, m.revision, m.tier
FROM member m JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE m.id = $1 AND m.status = 'active' AND m.password_hash IS NOT NULL;

-- name: set_password
-- Another password for a user that is not deleted; the row says whose account it is.
UPDATE member SET password_hash = $2, revision = revision + 1 WHERE id = $1 AND status <> 'deleted' RETURNING account;

-- name: end_logins
-- All logins of a user are over but one.
UPDATE login SET revoked_at = now() WHERE member = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid;

-- name: renew_password_hash
-- The same password by another hash, unless another was set meanwhile.
UPDATE member SET password_hash = $3 WHERE id = $1 AND password_hash = $2;

-- name: create_login
-- A login of an active user that nothing was changed about since its password was looked at. A change waits for it, and then ends it.
WITH holder AS (
    SELECT m.id, m.account FROM member m JOIN account a ON a.id = m.account AND a.status = 'active'
    WHERE m.id = $2 AND m.status = 'active' AND m.revision = $10
    FOR SHARE OF m
)
INSERT INTO login (id, member, token_hash, agent, address, idle_seconds, created_at, seen_at, expires_at)
SELECT $1, holder.id, $3, $4, $5, $6, $7, $8, $9 FROM holder
RETURNING id;

-- name: find_logins
-- Good logins by the hashes of their tokens, with what their users may do now.
SELECT l.id, l.member, m.account, m.role, m.tier, l.token_hash, l.agent, l.address, l.idle_seconds, l.created_at, l.seen_at, l.expires_at
FROM login l
JOIN member m ON m.id = l.member AND m.status = 'active'
JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE l.token_hash = ANY ($1::bytea[]) AND l.revoked_at IS NULL AND l.expires_at > now()
    AND l.seen_at + make_interval(secs => l.idle_seconds) > now();

-- name: find_login_of
-- A good login of a user.
SELECT l.id, l.member, m.account, m.role, m.tier, l.token_hash, l.agent, l.address, l.idle_seconds, l.created_at, l.seen_at, l.expires_at
FROM login l
JOIN member m ON m.id = l.member AND m.status = 'active'
JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE l.id = $2 AND l.member = $1 AND l.revoked_at IS NULL AND l.expires_at > now()
    AND l.seen_at + make_interval(secs => l.idle_seconds) > now();

-- name: page_logins
-- Where a user is signed in, the youngest first.
SELECT l.id, l.member, m.account, m.role, m.tier, l.token_hash, l.agent, l.address, l.idle_seconds, l.created_at, l.seen_at, l.expires_at
FROM login l
JOIN member m ON m.id = l.member AND m.status = 'active'
JOIN account a ON a.id = m.account AND a.status = 'active'
WHERE l.member = $1 AND ($2::uuid IS NULL OR l.id < $2) AND l.revoked_at IS NULL AND l.expires_at > now()
    AND l.seen_at + make_interval(secs => l.idle_seconds) > now()
ORDER BY l.id DESC LIMIT $3;

-- name: revoke_login
-- A good login of a user is over; the row says that there was one, and whose account it is.
UPDATE login l SET revoked_at = now()
FROM member m
WHERE l.id = $2 AND l.member = $1 AND m.id = l.member AND l.revoked_at IS NULL AND l.expires_at > now()
    AND l.seen_at + make_interval(secs => l.idle_seconds) > now()
RETURNING m.account;

-- name: note_seen
-- Logins are in use; those that are over stay so.
UPDATE login SET seen_at = now()
WHERE id = ANY ($1::uuid[]) AND seen_at < now() AND revoked_at IS NULL AND seen_at + make_interval(secs => idle_seconds) > now();

-- name: forget_logins
-- Logins that are good no more are gone; a row for each.
DELETE FROM login WHERE id IN (
    SELECT id FROM login
    WHERE expires_at <= now() OR revoked_at IS NOT NULL OR seen_at + make_interval(secs => idle_seconds) <= now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
RETURNING id;
