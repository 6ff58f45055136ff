-- name: add_key_pair
-- A SigV4 key pair; the secret comes sealed.
INSERT INTO credential (id, account, owner, kind, name, access_key, sealed_secret, expires_at, scopes)
VALUES ($1, $2, $3, 's3', $4, $5, $6, $7, $8);

-- name: add_api_key
-- A bearer key; only its hash is kept.
INSERT INTO credential (id, account, owner, kind, name, token_hash, prefix, expires_at, scopes)
VALUES ($1, $2, $3, 'bearer', $4, $5, $6, $7, $8);

-- name: find_key_pairs
-- Usable pairs by their public halves.
SELECT c.id, c.account, c.owner, m.role, c.access_key, c.sealed_secret, c.expires_at, c.scopes, m.tier
FROM credential c
JOIN member m ON m.id = c.owner AND m.status = 'active'
JOIN account a ON a.id = c.account AND a.status = 'active'
WHERE c.access_key = ANY ($1::text[]) AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());

-- name: find_api_keys
-- Usable bearer keys by their hashes.
SELECT c.id, c.account, c.owner, m.role, c.token_hash, c.prefix, c.expires_at, c.scopes, m.tier
FROM credential c
JOIN member m ON m.id = c.owner AND m.status = 'active'
JOIN account a ON a.id = c.account AND a.status = 'active'
WHERE c.token_hash = ANY ($1::bytea[]) AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());

-- name: find_key
-- What is known of a key of an account beside its proof.
SELECT id, account, owner, name, kind, coalesce(access_key, prefix) AS hint, scopes, expires_at, revoked_at, last_used_at, created_at
FROM credential WHERE account = $1 AND id = $2;

-- name: page_keys
-- The keys of an account before one of them, the newest first.
SELECT id, account, owner, name, kind, coalesce(access_key, prefix) AS hint, scopes, expires_at, revoked_at, last_used_at, created_at
FROM credential WHERE account = $1 AND id < $2
ORDER BY id DESC LIMIT $3;

-- name: page_keys_of
-- The keys of one member of an account before one of them, the newest first.
SELECT id, account, owner, name, kind, coalesce(access_key, prefix) AS hint, scopes, expires_at, revoked_at, last_used_at, created_at
FROM credential WHERE owner = $4 AND account = $1 AND id < $2
ORDER BY id DESC LIMIT $3;

-- name: replace_key
-- A good key is good for a while yet, and no longer than it would have been; no row comes back when it is good no more.
UPDATE credential SET expires_at = least(expires_at, now() + $2::interval)
WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
RETURNING id;

-- name: revoke_key
-- A key opens nothing from now on; no row comes back when it was revoked before.
UPDATE credential SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id;

-- name: note_use
-- When keys were last used, where that is newer by a minute. A row that somebody else is at is left to the next time.
WITH used AS (
    SELECT c.id, said.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS said (id, at)
    JOIN credential c ON c.id = said.id AND (c.last_used_at IS NULL OR c.last_used_at <= said.at - interval '1 minute')
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE credential SET last_used_at = used.at FROM used WHERE credential.id = used.id;
