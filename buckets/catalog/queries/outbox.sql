-- name: take_turn
-- Become the announcer, unless somebody else is one at the moment.
SELECT position FROM announcer FOR UPDATE SKIP LOCKED;

-- name: announce
-- Give positions to what was committed, in the order of each key.
WITH next AS (
    SELECT id, row_number() OVER (ORDER BY bucket, key, seq) AS turn
    FROM outbox
    WHERE position IS NULL AND kind NOT IN ('void', 'nothing', 'refused')
    ORDER BY bucket, key, seq
    LIMIT $1
)
UPDATE outbox o SET position = $2 + next.turn
FROM next
WHERE o.id = next.id
RETURNING o.position;

-- name: advance
-- Remember the last position given.
UPDATE announcer SET position = $1, updated_at = now();

-- name: forget_proofs
-- Proofs of what was not done: once no COMMIT of theirs can be on its way, nothing needs to stand in it, and nobody asks any more.
DELETE FROM outbox WHERE kind IN ('void', 'nothing', 'refused') AND created_at < now() - $1::interval;

-- name: page_events
-- What was announced behind a position.
SELECT position, id, account, bucket, key, seq, kind, payload, created_at
FROM outbox
WHERE position > $1
ORDER BY position LIMIT $2;
