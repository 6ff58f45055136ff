-- name: create_account
-- A new tenant.
INSERT INTO account (id, canonical_id, name, operates) VALUES ($1, $2, $3, $4);

-- name: ensure_member
-- Another person or service in an account, unless there is one with this id; a row says that there was none.
INSERT INTO member (id, account, name, role) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: find_first_owner
-- The first owner of the oldest account.
SELECT m.id, m.account, m.name, m.role, m.email, m.status, m.tier, m.preferences, m.revision,
    ARRAY(SELECT ARRAY[i.issuer, i.subject] FROM member_identity i WHERE i.member = m.id) AS identities
FROM account a JOIN member m ON m.account = a.id AND m.role = 'owner' AND m.status = 'active'
ORDER BY a.created_at, a.id, m.id LIMIT 1;

-- name: find_account
-- An account, in whatever state.
SELECT id, canonical_id, name, status, operates FROM account WHERE id = $1;

-- name: page_accounts
-- All accounts behind a number, in the order of these.
SELECT id, canonical_id, name, status, operates FROM account WHERE id > $1 ORDER BY id LIMIT $2;

-- name: change_account
-- Another name and status for an account; no row comes back when these are others by now than they were.
UPDATE account SET name = $4, status = $5 WHERE id = $1 AND name = $2 AND status = $3
RETURNING id, canonical_id, name, status, operates;
